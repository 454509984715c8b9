//! What a machine needs before a task can run, and how it gets there: Debian packages and the Python
//! packages that bring a host along.
//!
//! On Debian and Ubuntu whatever is missing is installed when this runs as root; otherwise the one
//! line that installs it is printed. Elsewhere missing programs are named. Not here: Rust crates
//! (cargo fetches them) and the toolchain (`rust-toolchain.toml` names it).

use crate::bundle::workspace;
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Something a task cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Compilers for C and C++, of which the VST3 wrapper is made.
    Compiler,
    /// Python with the packages of `tests/hosts/requirements.txt`, among them two VST3 hosts.
    PythonHosts,
    /// Ardour with its command line.
    Ardour,
    /// A display without a screen, and OpenGL in software to draw on it.
    Display,
}

/// A Debian package, and the program to look for where there are no Debian packages.
struct Package {
    name: &'static str,
    /// `None` for libraries: without dpkg they are taken to be there.
    program: Option<&'static str>,
}

const fn program(name: &'static str, program: &'static str) -> Package {
    Package { name, program: Some(program) }
}

const fn library(name: &'static str) -> Package {
    Package { name, program: None }
}

impl Need {
    fn packages(self) -> &'static [Package] {
        match self {
            Need::Compiler => const { &[program("gcc", "cc"), program("g++", "c++")] },
            // The packages beside the interpreter are asked for by what it can do, not by name.
            Need::PythonHosts => &[],
            Need::Ardour => const { &[program("ardour", "ardour7-lua")] },
            Need::Display => {
                const {
                    &[
                        program("xvfb", "Xvfb"),
                        library("libegl1"),
                        library("libgl1"),
                        library("libgl1-mesa-dri"),
                        library("libx11-6"),
                        library("libx11-xcb1"),
                        library("libxcursor1"),
                        library("libxkbcommon-x11-0"),
                    ]
                }
            }
        }
    }
}

/// Makes sure that everything a task needs is there.
///
/// # Errors
/// When something is missing that cannot be installed from here; the message says how it can.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let mut missing = missing_packages(needs);
    let python = needs.contains(&Need::PythonHosts);
    if python && python_with_venv().is_none() {
        missing.extend(["python3", "python3-venv"]);
    }
    if !missing.is_empty() {
        install_packages(&missing)?;
    }
    if python {
        make_python_environment()?;
    }
    Ok(())
}

/// The interpreter in which the Python hosts are installed.
pub fn python_hosts() -> PathBuf {
    python_environment().join("bin/python")
}

fn missing_packages(needs: &[Need]) -> Vec<&'static str> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let debian = find("dpkg-query").is_some();
    let is_missing = |package: &&Package| match package.program {
        Some(program) => find(program).is_none(),
        None => debian && !is_installed(package.name),
    };
    needs.iter().flat_map(|need| need.packages()).filter(is_missing).map(|p| p.name).collect()
}

fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status} ", package])
        .stderr(Stdio::null())
        .output();
    // Of a package for several architectures, one installed is enough.
    query.is_ok_and(|found| {
        String::from_utf8_lossy(&found.stdout).split_whitespace().any(|state| state == "installed")
    })
}

fn install_packages(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if find("apt-get").is_none() {
        bail!("please install what these Debian packages hold: {list}");
    }
    if !is_root() {
        bail!("some Debian packages are missing; install them with\n  sudo apt-get install {list}");
    }
    eprintln!("Installing {list} ...");
    apt_get(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    apt_get(&install)
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .arg("--quiet")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context("apt-get could not be started")?;
    ensure!(
        output.status.success(),
        "apt-get {} failed:\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Where a program lies, by the search path.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn python_environment() -> PathBuf {
    workspace().join("target/python-hosts")
}

/// An interpreter new enough for the hosts that can make virtual environments. The system's comes
/// first, because it is the one that packages can be installed for.
fn python_with_venv() -> Option<&'static str> {
    let able = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))";
    ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        let run = Command::new(python)
            .args(["-c", able])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        run.is_ok_and(|status| status.success())
    })
}

/// Makes the virtual environment unless one with the very same requirements is there.
fn make_python_environment() -> Result<()> {
    let requirements = workspace().join("tests/hosts/requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("{} cannot be read", requirements.display()))?;
    let environment = python_environment();
    let made_with = environment.join("made-with.txt");
    if fs::read_to_string(&made_with).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    eprintln!("Installing {} ...", wanted.split_whitespace().collect::<Vec<_>>().join(" "));
    let python = python_with_venv().context("a Python of 3.11 or newer with venv is missing")?;
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(python_hosts()).args(pip).arg(&requirements))?;
    write(&made_with, &wanted)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn run(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let name = OsStr::to_string_lossy(&name).into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{name} could not be started"))?;
    ensure!(output.status.success(), "{name} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_this_system_is_found_and_an_invented_one_is_not() {
        assert!(find("cargo").is_some());
        assert!(find("switchyard-no-such-program").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_package_that_is_not_installed_is_seen_to_be_missing() {
        if find("dpkg-query").is_some() {
            assert!(is_installed("dpkg"));
            assert!(!is_installed("switchyard-no-such-package"));
        }
    }

    #[test]
    fn every_python_requirement_is_pinned_to_one_version() {
        let requirements =
            fs::read_to_string(workspace().join("tests/hosts/requirements.txt")).unwrap();
        assert!(requirements.lines().count() > 0);
        for line in requirements.lines() {
            assert!(line.contains("=="), "{line} may change under our feet");
        }
    }
}
