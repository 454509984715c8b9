//! Makes a fixed number of whole stereo ports out of whatever a host gave for one block.
//!
//! Not here: who the host is and which interface it speaks (that is `clap_guard`, and `vst3_guard`
//! which goes through it), events, and sound. Made on the main thread, used on the audio thread,
//! where it neither allocates nor waits.
//!
//! Afterwards every port exists, has two channels, is non-null and as long as the block:
//!
//! | the host gave | the plugin gets |
//! |---|---|
//! | nothing, a null port, a null channel | silence in, a sink out |
//! | one channel | in: the channel on both sides; out: (L+R)/2 in the channel |
//! | more channels, more ports | the first ones; the rest of the outputs is cleared |
//! | only 64-bit channels | in: converted; out: converted back |
//! | an input that overlaps any output | a copy, unless it is exactly its own main pair |
//! | outputs that overlap each other | the first one; the others go to the sink |
//! | both sides of an output in one buffer | one channel, as above |
//!
//! An input that overlaps an output *shifted in time* is right within one announced block; no host
//! was seen to do that, and none can mean it.

/// One port as the host gave it.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Channel pointers to 32-bit samples, or null.
    pub data32: *const *mut f32,
    /// Channel pointers to 64-bit samples, or null.
    pub data64: *const *mut f64,
    /// How many channel pointers there are.
    pub channels: u32,
}

/// Where one side of a port lives in the host's memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Channel {
    None,
    Single(*mut f32),
    Double(*mut f64),
}

impl Channel {
    /// The bytes it covers over `frames` samples.
    fn bytes(self, frames: usize) -> (usize, usize) {
        match self {
            Channel::None => (0, 0),
            Channel::Single(at) => (at as usize, at as usize + frames * size_of::<f32>()),
            Channel::Double(at) => (at as usize, at as usize + frames * size_of::<f64>()),
        }
    }

    fn overlaps(self, other: Channel, frames: usize) -> bool {
        let ((a, a_end), (b, b_end)) = (self.bytes(frames), other.bytes(frames));
        a < b_end && b < a_end
    }
}

impl Given {
    /// # Safety
    /// The channel arrays are null or hold `channels` pointers.
    unsafe fn channel(&self, index: usize) -> Channel {
        if index >= self.channels as usize {
            return Channel::None;
        }
        // SAFETY: the index is below `channels`, and both arrays are checked for null.
        unsafe {
            if !self.data32.is_null() {
                let at = *self.data32.add(index);
                if !at.is_null() && at.is_aligned() {
                    return Channel::Single(at);
                }
            }
            if !self.data64.is_null() {
                let at = *self.data64.add(index);
                if !at.is_null() && at.is_aligned() {
                    return Channel::Double(at);
                }
            }
        }
        Channel::None
    }
}

/// The stereo ports of one plugin instance and the memory that stands in for missing ones.
pub struct Ports {
    /// What the host gave for the block being processed.
    inputs: Box<[[Channel; 2]]>,
    outputs: Box<[[Channel; 2]]>,
    /// Length in samples of the block for which the decisions below were made.
    frames: usize,
    /// Inputs that must be copied before anything is written.
    copied: Box<[[bool; 2]]>,
    /// Outputs whose memory is theirs alone.
    owned: Box<[[bool; 2]]>,
    /// Outputs whose two sides are folded into the first channel.
    folded: Box<[bool]>,
    /// What the plugin sees of the chunk being processed.
    input_pointers: Box<[[*mut f32; 2]]>,
    output_pointers: Box<[[*mut f32; 2]]>,
    /// One lane of silence, then a lane for each input side, then one for each output side.
    lanes: Box<[f32]>,
    longest: usize,
}

// SAFETY: the pointers into the host's memory are only followed while the host lends that memory,
// during one call; the other pointers point into this object's own boxes.
unsafe impl Send for Ports {}

impl Ports {
    /// Stereo ports for chunks of up to `longest` samples. [main-thread]
    pub fn new(inputs: usize, outputs: usize, longest: usize) -> Ports {
        Ports {
            inputs: vec![[Channel::None; 2]; inputs].into(),
            outputs: vec![[Channel::None; 2]; outputs].into(),
            frames: 0,
            copied: vec![[false; 2]; inputs].into(),
            owned: vec![[false; 2]; outputs].into(),
            folded: vec![false; outputs].into(),
            input_pointers: vec![[std::ptr::null_mut(); 2]; inputs].into(),
            output_pointers: vec![[std::ptr::null_mut(); 2]; outputs].into(),
            lanes: vec![0.0; (1 + 2 * inputs + 2 * outputs) * longest].into(),
            longest,
        }
    }

    /// The longest chunk, in samples. [any thread]
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Which inputs and outputs the host gave for the block last taken, a bit a port. [audio-thread]
    pub fn given(&self) -> (u32, u32) {
        let bits = |ports: &[[Channel; 2]]| {
            let is_given = |sides: &[Channel; 2]| sides.iter().any(|side| *side != Channel::None);
            let given = ports.iter().enumerate().filter(|(_, sides)| is_given(sides));
            given.fold(0, |bits, (port, _)| bits | 1 << port)
        };
        (bits(&self.inputs), bits(&self.outputs))
    }

    /// The two channel pointers of an input, valid after [`Ports::begin`]; the array itself stays
    /// where it is.
    pub fn input(&mut self, port: usize) -> *mut *mut f32 {
        self.input_pointers[port].as_mut_ptr()
    }

    /// The two channel pointers of an output, valid after [`Ports::begin`]; the array itself stays
    /// where it is.
    pub fn output(&mut self, port: usize) -> *mut *mut f32 {
        self.output_pointers[port].as_mut_ptr()
    }

    /// Looks at what the host gave for a block of `frames` samples and decides what is copied and
    /// what goes to the sink. [audio-thread]
    ///
    /// # Safety
    /// Each channel array is null or holds as many pointers as it says, and each of those is null
    /// or points to `frames` samples.
    pub unsafe fn take(
        &mut self,
        inputs: impl Iterator<Item = Given>,
        outputs: impl Iterator<Item = Given>,
        frames: usize,
    ) {
        let mut changed = frames != self.frames;
        let mut note = |place: &mut [Channel; 2], fresh: [Channel; 2]| {
            changed |= *place != fresh;
            *place = fresh;
        };
        let absent = std::iter::repeat(None);
        for (place, given) in self.inputs.iter_mut().zip(inputs.map(Some).chain(absent.clone())) {
            // SAFETY: the caller vouches for the arrays.
            let fresh = given.map_or([Channel::None; 2], |given| unsafe {
                let left = given.channel(0);
                [left, if given.channels == 1 { left } else { given.channel(1) }]
            });
            note(place, fresh);
        }
        let sides = self.outputs.iter_mut().zip(self.folded.iter_mut());
        for ((place, folded), given) in sides.zip(outputs.map(Some).chain(absent)) {
            // SAFETY: the caller vouches for the arrays.
            let fresh = given.map_or([Channel::None; 2], |given| unsafe {
                [given.channel(0), given.channel(1)]
            });
            *folded = given.is_some_and(|given| given.channels == 1) || fresh[0] == fresh[1];
            note(place, fresh);
        }
        if changed {
            self.frames = frames;
            self.decide();
        }
    }

    /// Finds overlaps. Hosts mostly lend the same memory block after block, so this runs seldom.
    fn decide(&mut self) {
        let (frames, outputs) = (self.frames, &self.outputs);
        for port in 0..outputs.len() {
            for side in 0..2 {
                let before = outputs[..port].as_flattened().iter().chain(&outputs[port][..side]);
                let own = outputs[port][side];
                self.owned[port][side] =
                    own != Channel::None && !before.into_iter().any(|o| own.overlaps(*o, frames));
            }
        }
        for (port, sides) in self.inputs.iter().enumerate() {
            for (side, input) in sides.iter().enumerate() {
                self.copied[port][side] = (0..outputs.len()).any(|other| {
                    (0..2).any(|other_side| {
                        let output = outputs[other][other_side];
                        // The framework expects the main pair in place, channel by channel.
                        let pair = (port, side, other, other_side) == (0, side, 0, side)
                            && *input == output
                            && self.owned[0][side];
                        !pair && input.overlaps(output, frames)
                    })
                });
            }
        }
    }

    fn lane(&mut self, index: usize) -> *mut f32 {
        self.lanes[index * self.longest..][..self.longest].as_mut_ptr()
    }

    /// Sets the pointers for the chunk `start .. start + frames` of the block last taken, copying
    /// and converting inputs where needed. [audio-thread]
    ///
    /// # Safety
    /// As for [`Ports::take`], of whose block the chunk is a part; `frames` is at most the longest.
    pub unsafe fn begin(&mut self, start: usize, frames: usize) {
        assert!(frames <= self.longest && start + frames <= self.frames);
        let silence = self.lane(0);
        for port in 0..self.inputs.len() {
            for side in 0..2 {
                let lane = self.lane(1 + 2 * port + side);
                // SAFETY: the chunk lies within the block the host lends, and a lane, which is our
                // own memory and so apart from the host's, holds `longest` samples.
                self.input_pointers[port][side] = unsafe {
                    match self.inputs[port][side] {
                        Channel::None => silence,
                        Channel::Single(at) if self.copied[port][side] => {
                            std::ptr::copy_nonoverlapping(at.add(start), lane, frames);
                            lane
                        }
                        Channel::Single(at) => at.add(start),
                        Channel::Double(at) => {
                            for n in 0..frames {
                                *lane.add(n) = *at.add(start + n) as f32;
                            }
                            lane
                        }
                    }
                };
            }
        }
        let sinks = 1 + 2 * self.inputs.len();
        for port in 0..self.outputs.len() {
            for side in 0..2 {
                self.output_pointers[port][side] = match self.outputs[port][side] {
                    // SAFETY: as above.
                    Channel::Single(at) if self.owned[port][side] => unsafe { at.add(start) },
                    _ => self.lane(sinks + 2 * port + side),
                };
            }
        }
    }

    /// After the plugin has written the chunk given to [`Ports::begin`]: folds one-channel outputs
    /// and converts 64-bit ones. [audio-thread]
    ///
    /// # Safety
    /// As for [`Ports::begin`], with the same chunk.
    pub unsafe fn finish(&mut self, start: usize, frames: usize) {
        assert!(frames <= self.longest && start + frames <= self.frames);
        for port in 0..self.outputs.len() {
            let [left, right] = self.output_pointers[port];
            // SAFETY: both point to `frames` samples of which no other reference exists: lanes are
            // ours, and what the host lends is written by nobody else during the call.
            unsafe {
                if self.folded[port] {
                    for n in 0..frames {
                        *left.add(n) = 0.5 * (*left.add(n) + *right.add(n));
                    }
                }
                for (side, source) in [left, right].into_iter().enumerate() {
                    if let Channel::Double(at) = self.outputs[port][side]
                        && self.owned[port][side]
                    {
                        for n in 0..frames {
                            *at.add(start + n) = f64::from(*source.add(n));
                        }
                    }
                }
            }
        }
    }

    /// Clears all that a host gave for output and the plugin has no sound for: the third and later
    /// channels of a port and the ports beyond its own. [audio-thread]
    ///
    /// # Safety
    /// As for [`Ports::take`], with the block last taken.
    pub unsafe fn clear_rest(&self, outputs: impl Iterator<Item = Given>) {
        for (port, given) in outputs.enumerate() {
            let first = if port < self.outputs.len() { 2 } else { 0 };
            for index in first..given.channels as usize {
                // SAFETY: the caller vouches for the arrays and the memory.
                unsafe {
                    let channel = given.channel(index);
                    // Some hosts lend one dummy buffer many times, once perhaps as a real port.
                    let taken = self.outputs.as_flattened().iter();
                    if !taken.into_iter().any(|o| o.overlaps(channel, self.frames)) {
                        clear(channel, self.frames);
                    }
                }
            }
        }
    }

    /// Clears every output of the block last taken, for when nothing could be processed.
    /// [audio-thread]
    ///
    /// # Safety
    /// As for [`Ports::take`], with the block last taken.
    pub unsafe fn clear_all(&self) {
        for channel in self.outputs.as_flattened() {
            // SAFETY: the caller vouches for the memory.
            unsafe { clear(*channel, self.frames) }
        }
    }
}

/// # Safety
/// The channel points to `frames` samples.
unsafe fn clear(channel: Channel, frames: usize) {
    // SAFETY: the caller's; all bits zero is 0.0.
    unsafe {
        match channel {
            Channel::None => {}
            Channel::Single(at) => at.write_bytes(0, frames),
            Channel::Double(at) => at.write_bytes(0, frames),
        }
    }
}
