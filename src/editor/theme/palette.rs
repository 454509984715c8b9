//! The colours of both themes and the twelve colours strips and buses may wear.
//!
//! Not here: where they are used. Plain constants; any thread. The test beneath holds every pair of
//! text and ground to WCAG AA.

use egui::Color32;

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// A theme's colours, each named for what it means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Behind a group of controls.
    pub panel: Color32,
    /// A control.
    pub raised: Color32,
    /// A control under the pointer.
    pub hover: Color32,
    /// Lines.
    pub line: Color32,
    /// Text that says something.
    pub text: Color32,
    /// Text that is there if looked for.
    pub quiet: Color32,
    /// Marks fainter than quiet text; never words.
    pub faint: Color32,
    /// The Post tap.
    pub post: Color32,
    /// The Pre tap.
    pub pre: Color32,
    /// The Input tap.
    pub input: Color32,
    /// Solo.
    pub solo: Color32,
    /// Mute.
    pub mute: Color32,
    /// Faults and refusals.
    pub fault: Color32,
    /// What the user selected, and the keyboard's place.
    pub selection: Color32,
    /// A meter below −12 dBFS.
    pub low: Color32,
    /// A meter from −12 dBFS.
    pub loud: Color32,
    /// A meter above 0 dBFS where the sound leaves the plugin.
    pub over: Color32,
    /// A meter's bed and a fader's track.
    pub bed: Color32,
    /// How much of a tap's colour fills a crosspoint, 0 to 1.
    pub tint: f32,
}

/// The dark theme, which is on unless the user says otherwise.
pub const DARK: Palette = Palette {
    ground: rgb(0x14161A),
    panel: rgb(0x1C1F25),
    raised: rgb(0x252932),
    hover: rgb(0x2E333E),
    line: rgb(0x323742),
    text: rgb(0xE6E8EC),
    quiet: rgb(0x9AA1AD),
    faint: rgb(0x5A616E),
    post: rgb(0x4CC38A),
    pre: rgb(0xF0A53A),
    input: rgb(0x6CA8FF),
    solo: rgb(0xF5D90A),
    mute: rgb(0xF2555A),
    fault: rgb(0xFF3B47),
    selection: rgb(0x8B7CFF),
    low: rgb(0x4CC38A),
    loud: rgb(0xF5D90A),
    over: rgb(0xFF3B47),
    bed: rgb(0x0E1013),
    tint: 0.22,
};

/// The light theme.
pub const LIGHT: Palette = Palette {
    ground: rgb(0xF4F5F7),
    panel: rgb(0xFFFFFF),
    raised: rgb(0xE9EBEF),
    hover: rgb(0xDEE1E7),
    line: rgb(0xD5D9E0),
    text: rgb(0x1A1D22),
    quiet: rgb(0x5B6370),
    faint: rgb(0x8A92A0),
    post: rgb(0x0B6B43),
    pre: rgb(0x875000),
    input: rgb(0x1B5AB6),
    solo: rgb(0xF5D90A),
    mute: rgb(0xC4262E),
    fault: rgb(0xC8102E),
    selection: rgb(0x5B48D9),
    low: rgb(0x14804F),
    loud: rgb(0x9A6B00),
    over: rgb(0xD3132F),
    bed: rgb(0xDDE0E6),
    tint: 0.18,
};

/// What strips and buses may wear, by name; an index of 0 in the session means none of them.
pub const COLOURS: [(&str, Color32); 12] = [
    ("Sky", rgb(0x6BD2F9)),
    ("Amber", rgb(0xDCAB25)),
    ("Sea", rgb(0x379E74)),
    ("Lemon", rgb(0xF3FA29)),
    ("Ocean", rgb(0x2A62B0)),
    ("Rust", rgb(0xC4500A)),
    ("Rose", rgb(0xFA65BB)),
    ("Stone", rgb(0x777082)),
    ("Mint", rgb(0xA7E296)),
    ("Clay", rgb(0x8A5632)),
    ("Violet", rgb(0x9636E8)),
    ("Wine", rgb(0x8A1A47)),
];

/// The strip colour nearest to a host's, as an index from 1.
pub fn nearest_colour([red, green, blue]: [u8; 3]) -> u8 {
    let apart = |(_, colour): &(&str, Color32)| {
        let sides = [(colour.r(), red), (colour.g(), green), (colour.b(), blue)];
        sides.iter().map(|(a, b)| (i32::from(*a) - i32::from(*b)).pow(2)).sum::<i32>()
    };
    let nearest = (0..COLOURS.len()).min_by_key(|at| apart(&COLOURS[*at]));
    nearest.map_or(0, |at| at as u8 + 1)
}

impl Palette {
    /// What a strip or bus wears, by its index in the session; the lines' colour if none.
    pub fn worn(&self, colour: u8) -> Color32 {
        let chosen = usize::from(colour).checked_sub(1).and_then(|at| COLOURS.get(at));
        chosen.map_or(self.faint, |(_, colour)| *colour)
    }

    /// The colour of words on a filled control: dark or white, whichever is read more easily.
    pub fn on(&self, fill: Color32) -> Color32 {
        let dark = rgb(0x14161A);
        if contrast(dark, fill) >= contrast(Color32::WHITE, fill) { dark } else { Color32::WHITE }
    }

    /// A crosspoint's fill over the ground it lies on.
    pub fn tinted(&self, colour: Color32) -> Color32 {
        blend(colour, self.panel, self.tint)
    }
}

/// `share` of one colour over another.
fn blend(over: Color32, under: Color32, share: f32) -> Color32 {
    let part = |a: u8, b: u8| (f32::from(a) * share + f32::from(b) * (1.0 - share)).round() as u8;
    Color32::from_rgb(
        part(over.r(), under.r()),
        part(over.g(), under.g()),
        part(over.b(), under.b()),
    )
}

/// WCAG 2's contrast ratio of two opaque colours, 1 to 21.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2's relative luminance, 0 to 1.
fn luminance(colour: Color32) -> f32 {
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG AA: 4.5 for text, 3 for shapes that mean something.
    #[test]
    fn every_pair_of_text_and_ground_meets_wcag_aa_in_both_themes() {
        for (theme, p) in [("dark", DARK), ("light", LIGHT)] {
            let hold = |name: &str, over: Color32, under: Color32, least: f32| {
                let ratio = contrast(over, under);
                assert!(ratio >= least, "{theme}: {name} has {ratio:.2}, needs {least}");
            };
            for (ground, name) in
                [(p.ground, "ground"), (p.panel, "panel"), (p.raised, "raised"), (p.hover, "hover")]
            {
                hold(&format!("text on {name}"), p.text, ground, 4.5);
                hold(&format!("quiet text on {name}"), p.quiet, ground, 4.5);
                hold(&format!("the selection on {name}"), p.selection, ground, 3.0);
                hold(&format!("mute on {name}"), p.mute, ground, 3.0);
                hold(&format!("a fault on {name}"), p.fault, ground, 3.0);
            }
            for tap in [p.post, p.pre, p.input] {
                hold("a tap's word on the panel", tap, p.panel, 4.5);
                hold("a tap's word on a menu", tap, p.raised, 4.5);
                hold("a tap's word on its fill", tap, p.tinted(tap), 4.5);
                hold("a level on a tap's fill", p.text, p.tinted(tap), 4.5);
                hold("a quiet level on a tap's fill", p.quiet, p.tinted(tap), 3.0);
            }
            for fill in [p.post, p.pre, p.input, p.solo, p.mute, p.fault, p.selection] {
                hold("a word on a lit switch", p.on(fill), fill, 4.5);
            }
            for level in [p.low, p.loud, p.over] {
                hold("a meter on its bed", level, p.bed, 3.0);
            }
        }
    }

    /// Machado's 2009 matrices for full protanopia, deuteranopia and tritanopia, on linear light.
    const BLINDNESS: [[[f32; 3]; 3]; 3] = [
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    ];

    fn seen(colour: Color32, matrix: [[f32; 3]; 3]) -> [f32; 3] {
        let [r, g, b, _] = egui::Rgba::from(colour).to_array();
        let light = matrix.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0));
        // CIE Lab of D65, in which distances are about as large as they look.
        let [r, g, b] = light;
        let xyz = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        ];
        let [x, y, z] =
            xyz.map(|v| if v > 0.008_856 { v.cbrt() } else { 7.787 * v + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn the_twelve_colours_are_told_apart_by_the_colour_blind() {
        const SAME: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        for (kind, matrix) in [SAME].into_iter().chain(BLINDNESS).enumerate() {
            for (at, (one, a)) in COLOURS.iter().enumerate() {
                for (other, b) in &COLOURS[at + 1..] {
                    let (a, b) = (seen(*a, matrix), seen(*b, matrix));
                    let apart = (0..3).map(|n| (a[n] - b[n]).powi(2)).sum::<f32>().sqrt();
                    // 2.3 is the smallest difference people notice side by side.
                    assert!(apart > 15.0, "kind {kind}: {one} and {other} are {apart:.1} apart");
                }
            }
        }
    }
}
