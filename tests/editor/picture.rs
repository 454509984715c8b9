//! Draws what egui would show into an image, without a graphics card: textured triangles, blended.
//!
//! Not here: the editor. Exact enough to look at and to compare; tests and pictures only.

use egui::epaint::{ImageData, Primitive, Vertex};
use egui::{Color32, FullOutput, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;
use std::collections::HashMap;

/// A renderer that keeps egui's textures in memory.
#[derive(Default)]
pub struct Painter {
    textures: HashMap<TextureId, Texture>,
}

#[derive(Default)]
struct Texture {
    width: usize,
    pixels: Vec<Color32>,
}

impl TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let changes = delta.set.drain().flat_map(|(id, all)| all.into_iter().map(move |d| (id, d)));
        for (id, delta) in changes {
            let ImageData::Color(image) = &delta.image;
            let [width, height] = image.size;
            let texture = self.textures.entry(id).or_default();
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

    fn render(&mut self, ctx: &egui::Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.viewport_rect().size() * scale;
        let mut canvas = Canvas::new(size.x.round() as usize, size.y.round() as usize);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let texture = self.textures.get(&mesh.texture_id).ok_or("a texture is missing")?;
            let (low, high) = (clipped.clip_rect.min * scale, clipped.clip_rect.max * scale);
            let clip = [low.x, low.y, high.x, high.y].map(f32::round);
            for corners in mesh.indices.chunks_exact(3) {
                let corners =
                    [0, 1, 2].map(|n| Corner::of(&mesh.vertices[corners[n] as usize], scale));
                canvas.triangle(texture, corners, clip);
            }
        }
        Ok(canvas.image())
    }
}

/// A vertex in pixels.
#[derive(Clone, Copy)]
struct Corner {
    at: [f32; 2],
    uv: [f32; 2],
    shade: [f32; 4],
}

impl Corner {
    fn of(vertex: &Vertex, scale: f32) -> Corner {
        Corner {
            at: [vertex.pos.x * scale, vertex.pos.y * scale],
            uv: [vertex.uv.x, vertex.uv.y],
            shade: vertex.color.to_array().map(f32::from),
        }
    }
}

/// Premultiplied colours, rows from the top.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 3]>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, pixels: vec![[0.0; 3]; width * height] }
    }

    fn triangle(&mut self, texture: &Texture, [a, b, c]: [Corner; 3], clip: [f32; 4]) {
        let side = |u: [f32; 2], v: [f32; 2], p: [f32; 2]| {
            (v[0] - u[0]) * (p[1] - u[1]) - (v[1] - u[1]) * (p[0] - u[0])
        };
        let area = side(a.at, b.at, c.at);
        if area == 0.0 {
            return;
        }
        let range = |axis: usize, size: usize| {
            let values = [a.at[axis], b.at[axis], c.at[axis]];
            let low = values.into_iter().fold(f32::INFINITY, f32::min).max(clip[axis]);
            let high = values.into_iter().fold(f32::NEG_INFINITY, f32::max).min(clip[axis + 2]);
            let first = low.floor().clamp(0.0, size as f32) as usize;
            first..(high.ceil().clamp(0.0, size as f32) as usize).max(first)
        };
        // A pixel on an edge belongs to one of the two triangles that share it.
        let owned = [(b, c), (c, a), (a, b)].map(|(u, v)| {
            let d = [(v.at[0] - u.at[0]) * area.signum(), (v.at[1] - u.at[1]) * area.signum()];
            d[1] < 0.0 || (d[1] == 0.0 && d[0] > 0.0)
        });
        let flat = a.shade == b.shade && b.shade == c.shade && a.uv == b.uv && b.uv == c.uv;
        let solid = flat.then(|| self.shade(texture, a.uv, a.shade));
        let columns = range(0, self.width);
        for y in range(1, self.height) {
            for x in columns.clone() {
                let p = [x as f32 + 0.5, y as f32 + 0.5];
                let w = [side(b.at, c.at, p), side(c.at, a.at, p), side(a.at, b.at, p)]
                    .map(|s| s / area);
                if (0..3).any(|n| w[n] < 0.0 || (w[n] == 0.0 && !owned[n])) {
                    continue;
                }
                let shade = solid.unwrap_or_else(|| {
                    let mix = |u: f32, v: f32, t: f32| u * w[0] + v * w[1] + t * w[2];
                    let uv = [0, 1].map(|n| mix(a.uv[n], b.uv[n], c.uv[n]));
                    let tint = [0, 1, 2, 3].map(|n| mix(a.shade[n], b.shade[n], c.shade[n]));
                    self.shade(texture, uv, tint)
                });
                let cover = 1.0 - shade[3] / 255.0;
                let pixel = &mut self.pixels[y * self.width + x];
                for (value, shade) in pixel.iter_mut().zip(shade) {
                    *value = shade + *value * cover;
                }
            }
        }
    }

    fn shade(&self, texture: &Texture, uv: [f32; 2], tint: [f32; 4]) -> [f32; 4] {
        let height = texture.pixels.len() / texture.width;
        let u = ((uv[0] * texture.width as f32) as usize).min(texture.width - 1);
        let v = ((uv[1] * height as f32) as usize).min(height - 1);
        let texel = texture.pixels[v * texture.width + u].to_array();
        std::array::from_fn(|n| tint[n] * f32::from(texel[n]) / 255.0)
    }

    fn image(self) -> RgbaImage {
        let bytes = self.pixels.iter().flat_map(|pixel| {
            let [r, g, b] = pixel.map(|value| value.clamp(0.0, 255.0).round() as u8);
            [r, g, b, 255]
        });
        let (width, height) = (self.width as u32, self.height as u32);
        RgbaImage::from_raw(width, height, bytes.collect()).expect("four bytes a pixel")
    }
}
