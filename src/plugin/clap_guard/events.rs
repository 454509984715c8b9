//! What the wrapped plugin sees of the host's event lists and transport while the guard hands it
//! one chunk of a block: times that lie in the chunk, in order, and no null pointers.
//!
//! Not here: what an event does. Everything lives on the stack of one call on the audio thread (or
//! of a parameter flush on the main thread); nothing allocates. Events are rewritten one at a time
//! in a buffer of fixed size: an unknown event too big for it is passed on untouched if its time is
//! right as it is, else passed over.

use clap_sys::events::*;
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use std::ptr;

/// Bytes of the largest event that can be given another time; the largest of CLAP's own has 104.
const LARGEST: usize = 256;

/// Room for a copy of one event.
#[repr(C, align(16))]
struct Slot([u8; LARGEST]);

/// Stands in for an event that must not be read: of a space nobody uses, so it is ignored.
const fn nothing(time: u32) -> clap_event_header {
    clap_event_header {
        size: size_of::<clap_event_header>() as u32,
        time,
        space_id: u16::MAX,
        type_: u16::MAX,
        flags: 0,
    }
}

/// The smallest size at which an event of a known kind may be read as that kind.
fn least_size(header: &clap_event_header) -> usize {
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return size_of::<clap_event_header>();
    }
    match header.type_ {
        CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE | CLAP_EVENT_NOTE_END => {
            size_of::<clap_event_note>()
        }
        CLAP_EVENT_NOTE_EXPRESSION => size_of::<clap_event_note_expression>(),
        CLAP_EVENT_PARAM_VALUE => size_of::<clap_event_param_value>(),
        CLAP_EVENT_PARAM_MOD => size_of::<clap_event_param_mod>(),
        CLAP_EVENT_PARAM_GESTURE_BEGIN | CLAP_EVENT_PARAM_GESTURE_END => {
            size_of::<clap_event_param_gesture>()
        }
        CLAP_EVENT_TRANSPORT => size_of::<clap_event_transport>(),
        CLAP_EVENT_MIDI => size_of::<clap_event_midi>(),
        CLAP_EVENT_MIDI_SYSEX => size_of::<clap_event_midi_sysex>(),
        CLAP_EVENT_MIDI2 => size_of::<clap_event_midi2>(),
        _ => size_of::<clap_event_header>(),
    }
}

/// The host's input events, chunk by chunk.
pub struct InEvents {
    host: *const clap_input_events,
    get: Option<unsafe extern "C" fn(*const clap_input_events, u32) -> *const clap_event_header>,
    size: u32,
    /// Length of the whole block in samples, at least 1.
    total: u32,
    /// First sample of the chunk within the block.
    start: u32,
    /// The chunk's events are those from `first` up to, not including, `end`.
    first: u32,
    end: u32,
    /// The latest time before the event `first`, so that times never run backwards.
    floor: u32,
    /// The next event in order and the latest time so far, for reading in sequence.
    next: u32,
    latest: u32,
    copy: Slot,
    /// A copy of the last transport event and its sample within the block. The wrapped plugin keeps
    /// a pointer to it while it asks for further events, so it has a place of its own.
    transport: Option<(clap_event_transport, u32)>,
}

impl InEvents {
    /// The events of a block of `total` samples; a null list, or one that lacks a function, is empty.
    ///
    /// # Safety
    /// `host` is null or a list that outlives this object.
    pub unsafe fn new(host: *const clap_input_events, total: u32) -> InEvents {
        let (mut get, mut size) = (None, 0);
        // SAFETY: `host` is checked for null and its functions take it.
        if let Some(list) = unsafe { host.as_ref() }
            && let (Some(count), Some(at)) = (list.size, list.get)
        {
            size = unsafe { count(host) };
            get = Some(at);
        }
        InEvents {
            host,
            get,
            size,
            total: total.max(1),
            start: 0,
            first: 0,
            end: 0,
            floor: 0,
            next: 0,
            latest: 0,
            copy: Slot([0; LARGEST]),
            transport: None,
        }
    }

    /// Moves on to the chunk `start .. start + frames`. Chunks are visited in order.
    pub fn chunk(&mut self, start: u32, frames: u32) {
        self.floor = if self.end == 0 { 0 } else { self.time(self.end - 1) };
        self.first = self.end;
        (self.next, self.latest) = (self.first, self.floor);
        self.start = start;
        let past = start + frames;
        self.end = if past >= self.total {
            self.size
        } else {
            (self.first..self.size).find(|index| self.time(*index) >= past).unwrap_or(self.size)
        };
        (self.next, self.latest) = (self.first, self.floor);
    }

    /// The host's header at an index.
    fn header(&self, index: u32) -> Option<&clap_event_header> {
        let get = self.get?;
        // SAFETY: the index is below the size the host told, and the list outlives this object.
        unsafe {
            let header = get(self.host, index).as_ref()?;
            (header.size as usize >= least_size(header)).then_some(header)
        }
    }

    /// The time within the block of the event at an index: inside the block and never before an
    /// earlier event. Reading in sequence costs one look per event.
    fn time(&mut self, index: u32) -> u32 {
        if index + 1 == self.next {
            return self.latest;
        }
        if index < self.next {
            (self.next, self.latest) = (self.first, self.floor);
        }
        while self.next <= index {
            let time = self.header(self.next).map_or(0, |header| header.time);
            self.latest = self.latest.max(time.min(self.total - 1));
            self.next += 1;
        }
        self.latest
    }

    /// The last transport event seen so far and its sample within the block.
    pub fn transport(&self) -> Option<(clap_event_transport, u32)> {
        self.transport
    }

    /// The list to hand to the wrapped plugin; valid while this object is neither moved nor used
    /// otherwise.
    pub fn list(&mut self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_mut(self).cast(),
            size: Some(in_size),
            get: Some(in_get),
        }
    }

    fn event(&mut self, index: u32) -> *const clap_event_header {
        let index = match self.first.checked_add(index) {
            Some(index) if index < self.end => index,
            _ => return ptr::null(),
        };
        let time = self.time(index) - self.start;
        // What is passed over has its place in time too: the reader counts on the order.
        let nothing = nothing(time);
        let header = self.header(index).map_or(&raw const nothing, ptr::from_ref);
        // SAFETY: the header is the host's and at least as large as its kind needs, or `nothing`; it
        // is copied only if it fits its place.
        unsafe {
            let size = (*header).size as usize;
            let core = (*header).space_id == CLAP_CORE_EVENT_SPACE_ID;
            if core && (*header).type_ == CLAP_EVENT_TRANSPORT {
                let event = *header.cast::<clap_event_transport>();
                let (event, _) = self.transport.insert((event, self.start + time));
                event.header.time = time;
                return &event.header;
            }
            if size > LARGEST && (*header).time == time {
                return header;
            }
            let (header, size) = match size {
                0..=LARGEST => (header, size),
                _ => (&raw const nothing, size_of::<clap_event_header>()),
            };
            let copy = self.copy.0.as_mut_ptr();
            ptr::copy_nonoverlapping(header.cast::<u8>(), copy, size);
            (*copy.cast::<clap_event_header>()).time = time;
            copy.cast()
        }
    }
}

unsafe extern "C" fn in_size(list: *const clap_input_events) -> u32 {
    // SAFETY: `ctx` is the `InEvents` whose `list` made this list, alive and not otherwise used.
    let events = unsafe { &*(*list).ctx.cast::<InEvents>() };
    events.end - events.first
}

unsafe extern "C" fn in_get(
    list: *const clap_input_events,
    index: u32,
) -> *const clap_event_header {
    // SAFETY: as above.
    unsafe { (*(*list).ctx.cast::<InEvents>()).event(index) }
}

/// The host's output events, to which a chunk's events are pushed at their time in the block.
pub struct OutEvents {
    host: *const clap_output_events,
    total: u32,
    start: u32,
    copy: Slot,
}

impl OutEvents {
    /// The output list of a block of `total` samples, `None` if the host has none that works.
    ///
    /// # Safety
    /// `host` is null or a list that outlives this object.
    pub unsafe fn new(host: *const clap_output_events, total: u32) -> Option<OutEvents> {
        // SAFETY: checked for null.
        unsafe { host.as_ref() }?.try_push?;
        Some(OutEvents { host, total: total.max(1), start: 0, copy: Slot([0; LARGEST]) })
    }

    /// Moves on to the chunk that begins at `start`.
    pub fn chunk(&mut self, start: u32) {
        self.start = start;
    }

    /// The list to hand to the wrapped plugin; valid while this object is neither moved nor used
    /// otherwise.
    pub fn list(&mut self) -> clap_output_events {
        clap_output_events { ctx: ptr::from_mut(self).cast(), try_push: Some(out_push) }
    }

    fn push(&mut self, event: *const clap_event_header) -> bool {
        // SAFETY: the event is the wrapped plugin's, as large as it says; the copy fits its place.
        unsafe {
            let (Some(header), Some(push)) = (event.as_ref(), (*self.host).try_push) else {
                return false;
            };
            let time = header.time.saturating_add(self.start).min(self.total - 1);
            if time == header.time {
                return push(self.host, event);
            }
            let size = header.size as usize;
            if !(size_of::<clap_event_header>()..=LARGEST).contains(&size) {
                return false;
            }
            let copy = self.copy.0.as_mut_ptr();
            ptr::copy_nonoverlapping(event.cast::<u8>(), copy, size);
            (*copy.cast::<clap_event_header>()).time = time;
            push(self.host, copy.cast())
        }
    }
}

unsafe extern "C" fn out_push(
    list: *const clap_output_events,
    event: *const clap_event_header,
) -> bool {
    // SAFETY: `ctx` is the `OutEvents` whose `list` made this list, alive and not otherwise used.
    unsafe { (*(*list).ctx.cast::<OutEvents>()).push(event) }
}

/// A transport as it is `frames` samples later: song position and tempo move on while it plays.
pub fn advance(transport: &clap_event_transport, frames: u32, rate: f64) -> clap_event_transport {
    let mut later = *transport;
    let has = |flag| transport.flags & flag != 0;
    if has(CLAP_TRANSPORT_IS_PLAYING) {
        let seconds = f64::from(frames) / rate;
        if has(CLAP_TRANSPORT_HAS_SECONDS_TIMELINE) {
            later.song_pos_seconds += (seconds * CLAP_SECTIME_FACTOR as f64).round() as i64;
        }
        if has(CLAP_TRANSPORT_HAS_TEMPO) {
            later.tempo += transport.tempo_inc * f64::from(frames);
            if has(CLAP_TRANSPORT_HAS_BEATS_TIMELINE) {
                let tempo = 0.5 * (transport.tempo + later.tempo);
                let beats = seconds / 60.0 * tempo;
                later.song_pos_beats += (beats * CLAP_BEATTIME_FACTOR as f64).round() as i64;
            }
        }
    }
    later
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn header(time: u32, type_: clap_event_type, size: usize) -> clap_event_header {
        clap_event_header { size: size as u32, time, space_id: 0, type_, flags: 0 }
    }

    fn transport(time: u32, tempo: f64) -> clap_event_transport {
        clap_event_transport {
            header: header(time, CLAP_EVENT_TRANSPORT, size_of::<clap_event_transport>()),
            flags: CLAP_TRANSPORT_HAS_TEMPO
                | CLAP_TRANSPORT_HAS_BEATS_TIMELINE
                | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE
                | CLAP_TRANSPORT_IS_PLAYING,
            song_pos_beats: 0,
            song_pos_seconds: 0,
            tempo,
            tempo_inc: 0.0,
            loop_start_beats: 0,
            loop_end_beats: 0,
            loop_start_seconds: 0,
            loop_end_seconds: 0,
            bar_start: 0,
            bar_number: 0,
            tsig_num: 4,
            tsig_denom: 4,
        }
    }

    type Pointers = Vec<*const clap_event_header>;

    /// A list that lives as long as the test program.
    fn host_list(events: &[*const clap_event_header]) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            let events = unsafe { &*(*list).ctx.cast::<Pointers>() };
            events.len() as u32
        }
        unsafe extern "C" fn get(
            list: *const clap_input_events,
            index: u32,
        ) -> *const clap_event_header {
            let events = unsafe { &*(*list).ctx.cast::<Pointers>() };
            events[index as usize]
        }
        let ctx = Box::leak(Box::new(events.to_vec()));
        clap_input_events { ctx: ptr::from_mut(ctx).cast(), size: Some(size), get: Some(get) }
    }

    /// The times within the chunk that a reader sees.
    fn times(events: &mut InEvents) -> Vec<u32> {
        let list = events.list();
        unsafe {
            let count = list.size.unwrap()(&list);
            (0..count).map(|index| (*list.get.unwrap()(&list, index)).time).collect()
        }
    }

    #[test]
    fn each_event_is_seen_in_one_chunk_at_its_time_within_it() {
        let plain = [5, 99, 100, 100, 60, 205, 1000].map(|time| header(time, 999, 16));
        let mut all: Vec<*const clap_event_header> = plain.iter().map(ptr::from_ref).collect();
        all.insert(4, ptr::null());
        let list = host_list(&all);
        let mut events = unsafe { InEvents::new(&list, 250) };
        let seen: Vec<Vec<u32>> = [(0, 100), (100, 100), (200, 50)]
            .map(|(start, frames)| {
                events.chunk(start, frames);
                // Read twice: a reader may come back to an earlier event.
                let first = times(&mut events);
                assert_eq!(times(&mut events), first);
                first
            })
            .into();
        // The null event and the one at 60 come when those before them came.
        assert_eq!(seen, [vec![5, 99], vec![0, 0, 0, 0], vec![5, 49]]);
    }

    #[test]
    fn a_transport_event_stays_valid_while_further_events_are_read() {
        let (first, second) = (transport(10, 90.0), header(20, 999, 16));
        let all = [&raw const first.header, &raw const second];
        let list = host_list(&all);
        let mut events = unsafe { InEvents::new(&list, 64) };
        events.chunk(0, 64);
        let inner = events.list();
        unsafe {
            let seen = inner.get.unwrap()(&inner, 0).cast::<clap_event_transport>();
            inner.get.unwrap()(&inner, 1);
            assert_eq!(((*seen).tempo, (*seen).header.time), (90.0, 10));
        }
        assert_eq!(events.transport().map(|(event, at)| (event.tempo, at)), Some((90.0, 10)));
    }

    #[test]
    fn an_event_too_big_to_copy_is_passed_on_if_its_time_is_right_and_passed_over_if_not() {
        #[repr(C)]
        struct Big(clap_event_header, [u8; 1000]);
        let right = Big(header(3, 999, size_of::<Big>()), [0; 1000]);
        let late = Big(header(64, 999, size_of::<Big>()), [0; 1000]);
        let all = [&raw const right.0, &raw const late.0];
        let list = host_list(&all);
        let mut events = unsafe { InEvents::new(&list, 64) };
        events.chunk(0, 64);
        let inner = events.list();
        unsafe {
            assert_eq!(inner.get.unwrap()(&inner, 0), &raw const right.0);
            let other = *inner.get.unwrap()(&inner, 1);
            assert_eq!((other.time, other.space_id), (63, u16::MAX));
            assert!(inner.get.unwrap()(&inner, 2).is_null());
        }
    }

    #[test]
    fn what_a_chunk_sends_out_arrives_at_its_time_in_the_block() {
        thread_local! {
            static SEEN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
        }
        unsafe extern "C" fn push(
            _: *const clap_output_events,
            event: *const clap_event_header,
        ) -> bool {
            SEEN.with_borrow_mut(|seen| seen.push(unsafe { (*event).time }));
            true
        }
        let host = clap_output_events { ctx: ptr::null_mut(), try_push: Some(push) };
        let mut events = unsafe { OutEvents::new(&host, 150) }.unwrap();
        for (start, time) in [(0, 7), (100, 7), (100, 80)] {
            events.chunk(start);
            let list = events.list();
            assert!(unsafe { list.try_push.unwrap()(&list, &header(time, 999, 16)) });
        }
        assert_eq!(SEEN.take(), [7, 107, 149]);
        let list = events.list();
        assert!(!unsafe { list.try_push.unwrap()(&list, ptr::null()) });
    }

    #[test]
    fn a_playing_transport_moves_on_by_its_tempo_and_a_stopped_one_stays() {
        let playing = transport(0, 120.0);
        let later = advance(&playing, 24_000, 48_000.0);
        assert_eq!(later.song_pos_seconds, CLAP_SECTIME_FACTOR / 2);
        assert_eq!(later.song_pos_beats, CLAP_BEATTIME_FACTOR);
        let mut stopped = playing;
        stopped.flags &= !CLAP_TRANSPORT_IS_PLAYING;
        assert_eq!(advance(&stopped, 24_000, 48_000.0).song_pos_beats, 0);
        let mut faster = playing;
        faster.tempo_inc = 120.0 / 48_000.0;
        let later = advance(&faster, 48_000, 48_000.0);
        assert!((later.tempo - 240.0).abs() < 1e-9);
        assert_eq!(later.song_pos_beats, 3 * CLAP_BEATTIME_FACTOR);
    }
}
