//! The layers of the crate, held by scanning imports: each module may use those before it only.
//!
//! ```text
//! units → dsp → effects → routing → schedule → engine → session → check → line_check → templates →
//! plugin | editor
//! ```

use std::fs;
use std::path::{Path, PathBuf};

/// A module, what of the crate it may use besides itself, and which outside crates it must not.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("units", &[], &["serde", "nice_plug", "egui", "std::thread"]),
    ("dsp", &["units"], &["serde", "nice_plug", "egui", "std::thread"]),
    (
        "effects",
        &["dsp", "units"],
        &["crate::routing", "nice_plug", "egui", "std::thread", "Mutex", "println!"],
    ),
    ("routing", &["effects", "units"], &["nice_plug", "egui", "std::thread"]),
    ("schedule", &["routing", "units"], &["serde", "nice_plug", "egui", "std::thread"]),
    (
        "engine",
        &["schedule", "routing", "effects", "dsp", "units"],
        &["serde", "nice_plug", "egui", "std::thread", "Mutex", "RwLock", "println!"],
    ),
    ("session", &["engine", "schedule", "routing", "effects", "units"], &["nice_plug", "egui"]),
    (
        "check",
        &["session", "schedule", "routing", "effects", "units"],
        &["nice_plug", "egui", "std::thread"],
    ),
    (
        "line_check",
        &["engine", "schedule", "routing", "units"],
        &["serde", "nice_plug", "egui", "std::thread"],
    ),
    (
        "templates",
        &["session", "routing", "effects", "units"],
        &["nice_plug", "egui", "std::thread"],
    ),
    (
        "plugin",
        &[
            "engine",
            "schedule",
            "routing",
            "effects",
            "dsp",
            "units",
            "session",
            "check",
            "line_check",
            "templates",
            "editor",
        ],
        &["egui::"],
    ),
    (
        "editor",
        &[
            "engine::meters",
            "engine::compare",
            "engine::scope",
            "schedule",
            "effects",
            "routing",
            "units",
            "session",
            "check",
            "line_check",
            "templates",
            "plugin",
        ],
        &[],
    ),
];

fn sources(module: &str) -> Vec<PathBuf> {
    fn walk(path: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![src.join(format!("{module}.rs"))];
    walk(&src.join(module), &mut found);
    found.retain(|path| path.exists());
    found
}

/// The code of a file, without comments, so that documentation may name other layers.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is readable");
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_module_uses_only_the_layers_before_it() {
    for (module, allowed, forbidden) in LAYERS {
        for path in sources(module) {
            let code = code(&path);
            for used in code.match_indices("crate::").map(|(at, _)| &code[at + 7..]) {
                let ok = used.starts_with(module)
                    || allowed.iter().any(|allowed| used.starts_with(allowed))
                    // A list in braces is looked into name by name.
                    || used.starts_with('{');
                let line = used.lines().next().unwrap_or("");
                assert!(ok, "{} may not use crate::{line}", path.display());
            }
            for name in *forbidden {
                assert!(!code.contains(name), "{} must not know {name}", path.display());
            }
        }
    }
}

#[test]
fn imports_name_their_layer_one_by_one() {
    for (module, ..) in LAYERS {
        for path in sources(module) {
            let braces = code(&path).contains("crate::{");
            assert!(!braces, "{} hides its layers in `crate::{{`", path.display());
        }
    }
}

#[test]
fn egui_is_drawn_only_in_the_editor_and_no_module_file_is_called_mod() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, ..) in LAYERS.iter().filter(|(module, ..)| *module != "editor") {
        for path in sources(module) {
            let code = code(&path);
            assert!(!code.contains("egui::"), "{} uses egui", path.display());
            assert!(path.file_name().is_some_and(|name| name != "mod.rs"), "{}", path.display());
        }
    }
    let listed = |name: &str| LAYERS.iter().any(|(module, ..)| *module == name);
    for entry in fs::read_dir(src).expect("src is there").flatten() {
        let stem = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(stem == "lib" || listed(&stem), "src/{stem} belongs to no layer");
    }
}

/// The editor's only door to the framework is its link.
#[test]
fn the_framework_is_met_only_in_the_plugin_and_in_the_editors_link() {
    for path in sources("editor") {
        let of_link = path.iter().any(|part| part == "link" || part == "link.rs");
        if !of_link {
            assert!(!code(&path).contains("nice_plug::"), "{} uses nice_plug", path.display());
        }
    }
}
