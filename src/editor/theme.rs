//! Colours, sizes and type: the only place that names them.
//!
//! Not here: what is drawn. [`apply`] gives a window's context its look when it opens and when the
//! user chooses another theme; views ask [`palette`] for colours. The editor's thread only.

mod palette;

pub use palette::{COLOURS, DARK, LIGHT, Palette, contrast, nearest_colour};

use super::look::Theme;
use egui::{
    Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke,
    TextStyle, Ui, Visuals, vec2,
};
use std::sync::Arc;

/// The corners of controls.
pub const CORNER: CornerRadius = CornerRadius::same(4);
/// The height of an ordinary control, in points.
pub const CONTROL: f32 = 20.0;

/// The family of the heavier cut, for names and words that carry meaning.
const STRONG: &str = "strong";

/// The colours of the theme that is on.
pub fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Ordinary text, 13 px.
pub fn body() -> FontId {
    FontId::new(13.0, FontFamily::Proportional)
}

/// Names of strips and buses, 13 px.
pub fn name() -> FontId {
    FontId::new(13.0, FontFamily::Name(STRONG.into()))
}

/// Numbers and words in small places, 11 px.
pub fn small() -> FontId {
    FontId::new(11.0, FontFamily::Proportional)
}

/// Labels in capitals, and taps, 10.5 px.
pub fn label() -> FontId {
    FontId::new(10.5, FontFamily::Name(STRONG.into()))
}

/// Scale marks, 9.5 px.
pub fn tiny() -> FontId {
    FontId::new(9.5, FontFamily::Proportional)
}

/// Headings, 20 px.
pub fn heading() -> FontId {
    FontId::new(20.0, FontFamily::Name(STRONG.into()))
}

/// Gives a window's context the editor's type and a theme. Fonts take effect with the next frame.
pub fn apply(ctx: &Context, theme: Theme) {
    ctx.set_fonts(fonts());
    // Zooming is the editor's own, because it is remembered.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    choose(ctx, theme);
}

/// Changes to another theme.
pub fn choose(ctx: &Context, theme: Theme) {
    let (kind, palette, base) = match theme {
        Theme::Dark => (egui::Theme::Dark, &DARK, Visuals::dark()),
        Theme::Light => (egui::Theme::Light, &LIGHT, Visuals::light()),
    };
    ctx.set_theme(kind);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals(base.clone(), palette);
        style.text_styles = [
            (TextStyle::Small, small()),
            (TextStyle::Body, body()),
            (TextStyle::Button, body()),
            (TextStyle::Heading, heading()),
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

/// Inter, and behind it egui's own fonts for letters that Inter's cut here lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("fonts/Inter-Regular.otf"));
    let strong = FontData::from_static(include_bytes!("fonts/Inter-SemiBold.otf"));
    fonts.font_data.insert("Inter".into(), Arc::new(regular));
    fonts.font_data.insert("Inter SemiBold".into(), Arc::new(strong));
    let behind = fonts.families.entry(FontFamily::Proportional).or_default();
    let mut heavier = behind.clone();
    behind.insert(0, "Inter".into());
    heavier.insert(0, "Inter SemiBold".into());
    fonts.families.insert(FontFamily::Name(STRONG.into()), heavier);
    fonts
}

fn visuals(base: Visuals, palette: &Palette) -> Visuals {
    let mut visuals = base;
    visuals.override_text_color = Some(palette.text);
    visuals.weak_text_color = Some(palette.quiet);
    visuals.panel_fill = palette.ground;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CORNER;
    visuals.menu_corner_radius = CORNER;
    visuals.extreme_bg_color = palette.ground;
    visuals.text_edit_bg_color = Some(palette.ground);
    visuals.faint_bg_color = palette.panel;
    visuals.selection.bg_fill = palette.selection.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    let widgets = &mut visuals.widgets;
    for (state, fill) in [
        (&mut widgets.noninteractive, palette.panel),
        (&mut widgets.inactive, palette.raised),
        (&mut widgets.hovered, palette.hover),
        (&mut widgets.active, palette.hover),
        (&mut widgets.open, palette.hover),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::NONE;
        state.fg_stroke = Stroke::new(1.0, palette.text);
        state.corner_radius = CORNER;
        state.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    visuals
}
