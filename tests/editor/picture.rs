//! Draws what egui would show into memory, without a graphics card: textured triangles, blended.
//!
//! Not here: the editor. Slow and exact enough to look at; tests only.

use egui::epaint::{ImageData, Primitive, Vertex};
use egui::{Color32, FullOutput, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The textures egui made so far, for [`draw`].
#[derive(Clone, Default)]
pub struct Textures(Arc<Mutex<HashMap<TextureId, Texture>>>);

#[derive(Default)]
struct Texture {
    width: usize,
    pixels: Vec<Color32>,
}

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut textures = self.0.lock().unwrap();
        let changes = delta.set.drain().flat_map(|(id, all)| all.into_iter().map(move |d| (id, d)));
        for (id, delta) in changes {
            let ImageData::Color(image) = &delta.image;
            let [width, height] = image.size;
            let texture = textures.entry(id).or_default();
            let [left, top] = delta.pos.unwrap_or_else(|| {
                *texture = Texture { width, pixels: vec![Color32::TRANSPARENT; width * height] };
                [0, 0]
            });
            for row in 0..height {
                let to = (top + row) * texture.width + left;
                texture.pixels[to..to + width]
                    .copy_from_slice(&image.pixels[row * width..(row + 1) * width]);
            }
        }
        delta.free.clear();
    }
}

/// An RGB picture, rows from the top.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[f32; 3]>,
}

impl Picture {
    /// Writes a portable pixmap.
    pub fn save(&self, path: &std::path::Path) -> std::io::Result<()> {
        let mut bytes = format!("P6 {} {} 255\n", self.width, self.height).into_bytes();
        bytes.extend(self.pixels.iter().flatten().map(|v| v.clamp(0.0, 255.0).round() as u8));
        std::fs::write(path, bytes)
    }
}

/// Draws an output at one pixel a point.
pub fn draw(
    ctx: &egui::Context,
    output: &FullOutput,
    textures: &Textures,
    [width, height]: [usize; 2],
) -> Picture {
    let mut picture = Picture { width, height, pixels: vec![[0.0; 3]; width * height] };
    let textures = textures.0.lock().unwrap();
    for clipped in ctx.tessellate(output.shapes.clone(), 1.0) {
        let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
        let texture = &textures[&mesh.texture_id];
        let clip = clipped.clip_rect;
        for corners in mesh.indices.chunks_exact(3) {
            let [a, b, c] = [0, 1, 2].map(|n| &mesh.vertices[corners[n] as usize]);
            triangle(&mut picture, texture, [a, b, c], clip);
        }
    }
    picture
}

fn triangle(picture: &mut Picture, texture: &Texture, [a, b, c]: [&Vertex; 3], clip: egui::Rect) {
    let area = (b.pos - a.pos).x * (c.pos - a.pos).y - (b.pos - a.pos).y * (c.pos - a.pos).x;
    if area == 0.0 {
        return;
    }
    let range = |low: f32, high: f32, from: f32, to: f32, size: usize| {
        let first = low.max(from).floor().clamp(0.0, size as f32) as usize;
        first..(high.min(to).ceil().clamp(0.0, size as f32) as usize).max(first)
    };
    let xs = [a.pos.x, b.pos.x, c.pos.x];
    let ys = [a.pos.y, b.pos.y, c.pos.y];
    let low = |v: [f32; 3]| v.into_iter().fold(f32::INFINITY, f32::min);
    let high = |v: [f32; 3]| v.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let height = texture.pixels.len() / texture.width;
    for y in range(low(ys), high(ys), clip.top().round(), clip.bottom().round(), picture.height) {
        for x in range(low(xs), high(xs), clip.left().round(), clip.right().round(), picture.width)
        {
            let p = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
            let edge = |u: &Vertex, v: &Vertex| {
                ((v.pos - u.pos).x * (p - u.pos).y - (v.pos - u.pos).y * (p - u.pos).x) / area
            };
            let w = [edge(b, c), edge(c, a), edge(a, b)];
            // A pixel on an edge belongs to one of the two triangles that share it.
            let owned = |n: usize, u: &Vertex, v: &Vertex| {
                let d = (v.pos - u.pos) * area.signum();
                w[n] > 0.0 || (w[n] == 0.0 && (d.y < 0.0 || (d.y == 0.0 && d.x > 0.0)))
            };
            if !(owned(0, b, c) && owned(1, c, a) && owned(2, a, b)) {
                continue;
            }
            let mix = |f: &dyn Fn(&Vertex) -> f32| f(a) * w[0] + f(b) * w[1] + f(c) * w[2];
            let u = (mix(&|v| v.uv.x) * texture.width as f32) as usize;
            let v = (mix(&|v| v.uv.y) * height as f32) as usize;
            let texel =
                texture.pixels[v.min(height - 1) * texture.width + u.min(texture.width - 1)];
            let shade = |n: usize| mix(&|v| f32::from(v.color[n])) * f32::from(texel[n]) / 255.0;
            let cover = 1.0 - shade(3) / 255.0;
            let pixel = &mut picture.pixels[y * picture.width + x];
            for (n, value) in pixel.iter_mut().enumerate() {
                *value = shade(n) + *value * cover;
            }
        }
    }
}
