//! Colours, sizes and type: the only place that names them.
//!
//! Not here: what is drawn. Applied once when a window opens.

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Visuals, vec2,
};

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Behind everything.
pub const GROUND: Color32 = rgb(0x14161A);
/// Behind a group of controls.
pub const PANEL: Color32 = rgb(0x1C1F25);
/// A control.
pub const RAISED: Color32 = rgb(0x252932);
/// A control under the pointer.
pub const HOVER: Color32 = rgb(0x2E333E);
/// Lines.
pub const LINE: Color32 = rgb(0x323742);
/// Text that says something.
pub const TEXT: Color32 = rgb(0xE6E8EC);
/// Text that is there if looked for.
pub const QUIET: Color32 = rgb(0x9AA1AD);
/// Marks fainter than quiet text; never used for words that matter.
pub const FAINT: Color32 = rgb(0x5A616E);
/// The Post tap.
pub const POST: Color32 = rgb(0x4CC38A);
/// The Pre tap.
pub const PRE: Color32 = rgb(0xF0A53A);
/// The Input tap.
pub const IN: Color32 = rgb(0x6CA8FF);
/// Solo, and the meter above −12 dBFS.
pub const SOLO: Color32 = rgb(0xF5D90A);
/// Mute.
pub const MUTE: Color32 = rgb(0xF2555A);
/// Faults, refusals, and the meter above 0 dBFS.
pub const FAULT: Color32 = rgb(0xFF3B47);
/// What the user selected.
pub const SELECTION: Color32 = rgb(0x8B7CFF);

/// The corners of controls.
pub const CORNER: CornerRadius = CornerRadius::same(4);

/// Ordinary text, 13 px.
pub fn body() -> FontId {
    FontId::new(13.0, FontFamily::Proportional)
}

/// Labels and numbers in small places, 11 px.
pub fn small() -> FontId {
    FontId::new(11.0, FontFamily::Proportional)
}

/// Scale marks, 9 px.
pub fn tiny() -> FontId {
    FontId::new(9.0, FontFamily::Proportional)
}

/// Gives a window's context this look.
pub fn apply(ctx: &Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        style.text_styles = [
            (TextStyle::Small, small()),
            (TextStyle::Body, body()),
            (TextStyle::Button, body()),
            (TextStyle::Heading, FontId::new(16.0, FontFamily::Proportional)),
            (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
        ]
        .into();
        style.spacing.item_spacing = vec2(8.0, 4.0);
        style.spacing.button_padding = vec2(8.0, 4.0);
        style.spacing.interact_size = vec2(24.0, 24.0);
        style.spacing.window_margin = Margin::same(8);
        style.spacing.menu_margin = Margin::same(4);
        style.spacing.scroll = egui::style::ScrollStyle::solid();
        style.spacing.scroll.bar_width = 8.0;
        style.spacing.scroll.bar_inner_margin = 2.0;
        style.spacing.scroll.bar_outer_margin = 2.0;
        style.interaction.tooltip_delay = 0.6;
        style.interaction.selectable_labels = false;
        style.animation_time = 0.0;
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.weak_text_color = Some(QUIET);
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.window_corner_radius = CORNER;
    visuals.menu_corner_radius = CORNER;
    visuals.extreme_bg_color = GROUND;
    visuals.text_edit_bg_color = Some(GROUND);
    visuals.faint_bg_color = PANEL;
    visuals.selection.bg_fill = SELECTION.gamma_multiply(0.5);
    visuals.selection.stroke = Stroke::new(1.0, TEXT);
    let widgets = &mut visuals.widgets;
    for (state, fill) in [
        (&mut widgets.noninteractive, PANEL),
        (&mut widgets.inactive, RAISED),
        (&mut widgets.hovered, HOVER),
        (&mut widgets.active, HOVER),
        (&mut widgets.open, HOVER),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::NONE;
        state.fg_stroke = Stroke::new(1.0, TEXT);
        state.corner_radius = CORNER;
        state.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    visuals
}
