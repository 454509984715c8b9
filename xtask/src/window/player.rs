//! An audio thread: it runs a plugin block by block at the pace of a sound card, feeds it tones,
//! automates parameters as a DAW in touch mode does, and writes down what comes out.
//!
//! Not here: windows. The main thread gives orders and collects the tape over channels.

use super::PATIENCE;
use super::host::WindowHost;
use super::tape::{Block, Event, Loudness, PORTS, Tape, What};
use crate::room::automation::{Change, Lane, changes};
use anyhow::{Context, Result, anyhow};
use clack_host::events::Pckn;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::events::spaces::CoreEventSpace;
use clack_host::prelude::*;
use clack_host::process::{StartedPluginAudioProcessor, StoppedPluginAudioProcessor};
use clack_host::utils::ClapId;
use std::collections::{HashMap, HashSet};
use std::f64::consts::TAU;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{INPUT_PORTS, OUTPUT_PORTS};

/// Samples per second.
pub const RATE: f64 = 48_000.0;
/// Frames in a block.
pub const BLOCK: usize = 512;
/// The tones' level; all gains are told relative to it.
const LEVEL: f64 = 0.25;

/// Something for the audio thread to do from its next block on.
pub enum Order {
    /// The host sets a value.
    Set(Parameter, f64),
    /// The host automates, in absolute frames.
    Automate(Vec<Lane>),
    /// The end.
    Stop,
}

/// What one block gave.
type Heard = (Block, Vec<Event>);
type Ended = Result<StoppedPluginAudioProcessor<WindowHost>>;

/// The main thread's hold on a playing instance.
pub struct Player {
    orders: Sender<Order>,
    heard: Receiver<Heard>,
    thread: JoinHandle<Ended>,
    tape: Tape,
}

impl Player {
    /// Starts to play: the strips in `fed`, by port from 0, get a tone each. `ids` are all
    /// parameters' in their frozen order.
    pub fn start(
        processor: StoppedPluginAudioProcessor<WindowHost>,
        ids: Vec<ClapId>,
        fed: Vec<usize>,
    ) -> Player {
        let (orders, taken) = channel();
        let (tell, heard) = channel();
        let thread = std::thread::spawn(move || {
            let started = processor
                .start_processing()
                .map_err(|_| anyhow!("the plugin does not start processing"))?;
            Playing::new(started, ids, fed).run(&taken, &tell)
        });
        Player { orders, heard, thread, tape: Tape::default() }
    }

    /// Has the audio thread do something from its next block on.
    ///
    /// # Errors
    /// When it has ended.
    pub fn order(&self, order: Order) -> Result<()> {
        self.orders.send(order).map_err(|_| anyhow!("the audio thread has ended"))
    }

    /// All it wrote down so far.
    pub fn tape(&mut self) -> &Tape {
        let heard = self.heard.try_iter();
        let Tape { blocks, events, .. } = &mut self.tape;
        for (block, told) in heard {
            blocks.push(block);
            events.extend(told);
        }
        &self.tape
    }

    /// The first frame nobody has heard yet.
    pub fn position(&mut self) -> u64 {
        let last = self.tape().blocks.last();
        last.map_or(0, |block| block.position + u64::from(block.frames))
    }

    /// Names the time between two frames.
    pub fn name(&mut self, stage: &str, from: u64, to: u64) {
        let before = self.tape.stages.insert(stage.into(), [from, to]);
        assert!(before.is_none(), "two stages are called {stage}");
    }

    /// Ends the audio thread. Returns what it wrote down and the processor it had.
    ///
    /// # Errors
    /// When the plugin had failed.
    pub fn stop(mut self) -> Result<(Tape, StoppedPluginAudioProcessor<WindowHost>)> {
        // A thread that has failed takes no orders, and says why as it is joined.
        let _ = self.orders.send(Order::Stop);
        let begun = Instant::now();
        while !self.thread.is_finished() && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.tape();
        let ended = self.thread.join().map_err(|_| anyhow!("the audio thread panicked"))?;
        Ok((self.tape, ended?))
    }
}

/// What lives on the audio thread.
struct Playing {
    processor: StartedPluginAudioProcessor<WindowHost>,
    ids: Vec<ClapId>,
    parameters: HashMap<ClapId, Parameter>,
    fed: Vec<usize>,
    lanes: Vec<Lane>,
    /// What the user has hold of; the host's lanes leave it alone meanwhile.
    touched: HashSet<Parameter>,
    /// What the host sets on the next block's first frame.
    first: Vec<Change>,
    /// The last gain at each port.
    last: [Option<f32>; PORTS],
    position: u64,
}

impl Playing {
    fn new(
        processor: StartedPluginAudioProcessor<WindowHost>,
        ids: Vec<ClapId>,
        fed: Vec<usize>,
    ) -> Playing {
        Playing {
            processor,
            parameters: ids.iter().copied().zip(ALL).collect(),
            ids,
            fed,
            lanes: Vec::new(),
            touched: HashSet::new(),
            first: Vec::new(),
            last: [None; PORTS],
            position: 0,
        }
    }

    fn run(mut self, orders: &Receiver<Order>, tell: &Sender<Heard>) -> Ended {
        let silence = || [[0.0f32; BLOCK]; 2];
        let mut inputs: Vec<_> = std::iter::repeat_with(silence).take(INPUT_PORTS).collect();
        let mut outputs: Vec<_> = std::iter::repeat_with(silence).take(OUTPUT_PORTS).collect();
        let mut input_ports = AudioPorts::with_capacity(2 * INPUT_PORTS, INPUT_PORTS);
        let mut output_ports = AudioPorts::with_capacity(2 * OUTPUT_PORTS, OUTPUT_PORTS);
        let (mut events, mut answers) = (EventBuffer::new(), EventBuffer::new());
        let mut due = Instant::now();
        loop {
            for order in orders.try_iter() {
                match order {
                    Order::Set(parameter, value) => {
                        self.first.push(Change { offset: 0, parameter, value });
                    }
                    Order::Automate(lanes) => self.lanes = lanes,
                    Order::Stop => return Ok(self.processor.stop_processing()),
                }
            }
            self.feed(&mut inputs);
            self.automate(&mut events);
            answers.clear();
            let ports = inputs.iter_mut().map(|port| AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_input_only(
                    port.iter_mut().map(InputChannel::variable),
                ),
            });
            let inputs = input_ports.with_input_buffers(ports);
            let ports = outputs.iter_mut().map(|port| AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_output_only(
                    port.iter_mut().map(|side| &mut side[..]),
                ),
            });
            let mut into = output_ports.with_output_buffers(ports);
            self.processor
                .process(
                    &inputs,
                    &mut into,
                    &events.as_input(),
                    &mut answers.as_output(),
                    Some(self.position),
                    None,
                )
                .context("the plugin failed in its audio callback")?;
            let told = self.told(&answers);
            let heard = (self.listen(&outputs), told);
            // Nobody collects any more when the main thread has failed; the order to stop follows.
            let _ = tell.send(heard);
            self.position += BLOCK as u64;
            due += Duration::from_secs_f64(BLOCK as f64 / RATE);
            let now = Instant::now();
            match due.checked_duration_since(now) {
                Some(rest) => std::thread::sleep(rest),
                // What was late stays late, as after a dropout; nothing is hurried.
                None => due = now,
            }
        }
    }

    /// The next block's tones.
    fn feed(&self, inputs: &mut [[[f32; BLOCK]; 2]]) {
        for (voice, port) in self.fed.iter().enumerate() {
            let hertz = 440.0 * (voice + 1) as f64;
            let [left, right] = &mut inputs[*port];
            for (n, (left, right)) in left.iter_mut().zip(right).enumerate() {
                let angle = TAU * (hertz * (self.position + n as u64) as f64 / RATE).fract();
                (*left, *right) = ((LEVEL * angle.cos()) as f32, (LEVEL * angle.sin()) as f32);
            }
        }
    }

    /// The next block's values.
    fn automate(&mut self, events: &mut EventBuffer) {
        let block = self.position..self.position + BLOCK as u64;
        let mut all = std::mem::take(&mut self.first);
        let lanes = changes(&self.lanes, block);
        all.extend(lanes.into_iter().filter(|change| !self.touched.contains(&change.parameter)));
        all.sort_by_key(|change| change.offset);
        events.clear();
        for change in all {
            let id = self.ids[change.parameter.index()];
            events.push(&ParamValueEvent::new(change.offset, id, Pckn::match_all(), change.value));
        }
    }

    /// What the plugin told, and what follows for the lanes: a touched one rests until it is let go,
    /// then goes on from where it is by now.
    fn told(&mut self, answers: &EventBuffer) -> Vec<Event> {
        let mut told = Vec::new();
        let next = self.position + BLOCK as u64;
        for event in answers {
            let (id, what) = match event.as_core_event() {
                Some(CoreEventSpace::ParamGestureBegin(begin)) => (begin.param_id(), What::Begin),
                Some(CoreEventSpace::ParamValue(value)) => {
                    (value.param_id(), What::Value(value.value()))
                }
                Some(CoreEventSpace::ParamGestureEnd(end)) => (end.param_id(), What::End),
                _ => continue,
            };
            let Some(&parameter) = id.and_then(|id| self.parameters.get(&id)) else { continue };
            match what {
                What::Begin => {
                    self.touched.insert(parameter);
                }
                What::End => {
                    self.touched.remove(&parameter);
                    let lane = self.lanes.iter().find(|lane| lane.parameter() == parameter);
                    let value = lane.map(|lane| lane.value_at(next));
                    self.first.extend(value.map(|value| Change { offset: 0, parameter, value }));
                }
                What::Value(_) => {}
            }
            let position = self.position + u64::from(event.header().time());
            told.push(Event { position, parameter: parameter.id(), what });
        }
        told
    }

    fn listen(&mut self, outputs: &[[[f32; BLOCK]; 2]]) -> Block {
        let mut ports = [Loudness::NOTHING; PORTS];
        for ((port, last), [left, right]) in ports.iter_mut().zip(&mut self.last).zip(outputs) {
            for (left, right) in left.iter().zip(right) {
                let gain = left.hypot(*right) / LEVEL as f32;
                if !gain.is_finite() {
                    port.finite = false;
                    continue;
                }
                let step = last.map_or(0.0, |last| (gain - last).abs());
                *port = port.and(Loudness { lowest: gain, highest: gain, step, finite: true });
                *last = Some(gain);
            }
        }
        let end = self.position + BLOCK as u64;
        let lanes = self.lanes.iter().map(|lane| lane.value_at(end)).collect();
        Block { position: self.position, frames: BLOCK as u32, ports, lanes }
    }
}
