//! Automation lanes: points in time and the parameter events they become.
//!
//! Not here: texts and names (those are [`crate::session`]'s) and the plugin. Between two points a
//! continuous value moves in a straight line of the host's value, as a DAW draws it (for a level
//! that is the fader's position); a stepped one waits for its next point. Events lie on the points'
//! own frames and on a grid of absolute frames, so how a render is cut into blocks changes nothing.

use std::ops::Range;
use switchyard::routing::parameter::Parameter;

/// Frames between two events on a slope.
pub const GRID: u64 = 64;

/// A value for a parameter at a frame of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Frames after the block's first.
    pub offset: u32,
    /// Which parameter.
    pub parameter: Parameter,
    /// The host's value, in the range the plugin told.
    pub value: f64,
}

/// One parameter's course.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    parameter: Parameter,
    stepped: bool,
    /// Absolute frame and host value, frames never falling.
    points: Vec<(u64, f64)>,
}

impl Lane {
    /// A lane through `points` (absolute frame, host value). `None` without points or when their
    /// frames fall; two points on one frame are a jump.
    pub fn new(parameter: Parameter, stepped: bool, points: Vec<(u64, f64)>) -> Option<Lane> {
        let ordered = points.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        (!points.is_empty() && ordered).then_some(Lane { parameter, stepped, points })
    }

    /// Which parameter it moves.
    pub fn parameter(&self) -> Parameter {
        self.parameter
    }

    /// All host values of its points, in order.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().map(|(_, value)| *value)
    }

    /// The value at an absolute frame: the first point's before it, the last one's after it.
    pub fn value_at(&self, frame: u64) -> f64 {
        let after = self.points.partition_point(|(at, _)| *at <= frame);
        let Some((start, from)) = after.checked_sub(1).map(|before| self.points[before]) else {
            return self.points[0].1;
        };
        match self.points.get(after) {
            Some((end, to)) if !self.stepped => {
                from + (to - from) * ((frame - start) as f64 / (end - start) as f64)
            }
            _ => from,
        }
    }

    /// Adds the changes on the absolute frames of `block`, in order.
    pub fn changes(&self, block: Range<u64>, changes: &mut Vec<Change>) {
        let mut push = |frame: u64| {
            changes.push(Change {
                offset: (frame - block.start) as u32,
                parameter: self.parameter,
                value: self.value_at(frame),
            });
        };
        let mut last = None;
        for (index, &(at, value)) in self.points.iter().enumerate() {
            if at >= block.end {
                break;
            }
            // Of several points on one frame only the last is heard; `value_at` answers with it.
            if at >= block.start && last != Some(at) {
                push(at);
                last = Some(at);
            }
            let Some(&(next, to)) = self.points.get(index + 1) else { break };
            if self.stepped || to == value {
                continue;
            }
            // Strictly between the points, so that no frame gets two events of one lane.
            let mut tick = (at + 1).max(block.start).div_ceil(GRID) * GRID;
            while tick < next.min(block.end) {
                push(tick);
                tick += GRID;
            }
        }
    }
}

/// All changes of all lanes on the absolute frames of `block`, sorted by time; of one frame's
/// changes those of earlier lanes come first.
pub fn changes(lanes: &[Lane], block: Range<u64>) -> Vec<Change> {
    let mut changes = Vec::new();
    for lane in lanes {
        lane.changes(block.clone(), &mut changes);
    }
    changes.sort_by_key(|change| change.offset);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEVEL: Parameter = Parameter::StripLevel(1, 3);

    fn lane(stepped: bool, points: &[(u64, f64)]) -> Lane {
        Lane::new(LEVEL, stepped, points.to_vec()).unwrap()
    }

    fn frames(lane: &Lane, block: Range<u64>) -> Vec<(u64, f64)> {
        changes(std::slice::from_ref(lane), block.clone())
            .into_iter()
            .map(|change| (block.start + u64::from(change.offset), change.value))
            .collect()
    }

    #[test]
    fn a_lane_needs_points_in_time_order() {
        assert_eq!(Lane::new(LEVEL, false, vec![]), None);
        assert_eq!(Lane::new(LEVEL, false, vec![(5, 0.0), (4, 1.0)]), None);
        assert!(Lane::new(LEVEL, false, vec![(5, 0.0), (5, 1.0)]).is_some());
    }

    #[test]
    fn a_slope_is_a_straight_line_with_an_event_every_grid_step_and_on_its_points() {
        let slope = lane(false, &[(100, 0.0), (300, 1.0)]);
        let got = frames(&slope, 0..1000);
        let at: Vec<u64> = got.iter().map(|(frame, _)| *frame).collect();
        assert_eq!(at, [100, 128, 192, 256, 300]);
        for (frame, value) in got {
            assert!((value - (frame - 100) as f64 / 200.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_flat_stretch_needs_no_events_and_the_ends_hold() {
        let flat = lane(false, &[(10, 0.5), (5000, 0.5)]);
        assert_eq!(frames(&flat, 0..10_000), [(10, 0.5), (5000, 0.5)]);
        assert_eq!(flat.value_at(0), 0.5);
        assert_eq!(flat.value_at(1_000_000), 0.5);
    }

    #[test]
    fn two_points_on_one_frame_are_a_jump_to_the_later() {
        let jump = lane(false, &[(0, 0.0), (64, 0.0), (64, 1.0), (96, 1.0)]);
        assert_eq!(frames(&jump, 0..200), [(0, 0.0), (64, 1.0), (96, 1.0)]);
        assert_eq!(jump.value_at(63), 0.0);
        assert_eq!(jump.value_at(64), 1.0);
    }

    #[test]
    fn a_stepped_value_waits_for_its_next_point() {
        let taps = lane(true, &[(0, 3.0), (500, 2.0)]);
        assert_eq!(frames(&taps, 0..1000), [(0, 3.0), (500, 2.0)]);
        assert_eq!(taps.value_at(499), 3.0);
    }

    proptest! {
        #[test]
        fn any_cut_into_blocks_gives_the_same_changes_in_time_order(
            mut points in proptest::collection::vec((0u64..2000, 0u8..4), 1..6),
            cuts in proptest::collection::vec(1u64..300, 20),
            stepped: bool,
        ) {
            points.sort_by_key(|(at, _)| *at);
            let points: Vec<(u64, f64)> =
                points.into_iter().map(|(at, value)| (at, f64::from(value))).collect();
            let lane = lane(stepped, &points);
            let whole = frames(&lane, 0..2100);
            prop_assert!(whole.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let mut pieces = Vec::new();
            let mut start = 0;
            for length in cuts.into_iter().chain([2100]) {
                let end = (start + length).min(2100);
                pieces.extend(frames(&lane, start..end));
                start = end;
            }
            prop_assert_eq!(pieces, whole);
        }
    }
}
