//! What makes the same binary of the same sources, whoever links: settings of cargo that a
//! variable or a file of the user's would change are pinned or left out.
//!
//! Tools are the user's choice: the compiler, what wraps it, the linker of a target, mirrors of
//! the registry. Another compiler or linker may make another binary. So may a profile of a single
//! package in a `config.toml` of cargo's, which nothing can undo.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

/// The profile of emitted workspaces with all that could be set of it.
const PROFILE: [&str; 11] = [
    "opt-level = 3",
    "codegen-units = 16",
    "strip = true",
    "debug = false",
    "debug-assertions = false",
    "overflow-checks = false",
    "incremental = false",
    "lto = false",
    "panic = \"unwind\"",
    "rpath = false",
    "split-debuginfo = \"off\"",
];

/// Variables that would make other binaries.
const FOREIGN: [&str; 5] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// Variables that begin so are settings of cargo, by section; some of them change no binary, or
/// choose a tool.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("CARGO_PROFILE_", &[]),
    ("CARGO_UNSTABLE_", &[]),
    ("CARGO_TARGET_", &["_LINKER"]),
    ("CARGO_BUILD_", &["_JOBS", "_RUSTC", "_RUSTC_WRAPPER"]),
];

/// Pins the settings of a cargo that builds servers.
pub(super) fn pin(command: &mut Command) {
    for (variable, _) in env::vars_os() {
        if is_foreign(&variable) {
            command.env_remove(variable);
        }
    }
    // Before flags of any other origin, so that no file adds to them.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags().join("\x1f"));
    command.args(["--target", env!("GORDOC_TARGET")]);
    command.args(["--config", "build.incremental=false"]);
    for setting in PROFILE {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
}

fn is_foreign(variable: &OsStr) -> bool {
    let Some(name) = variable.to_str() else {
        return false;
    };
    let of_section = |(section, kept): &(&str, &[&str])| {
        let Some(key) = name.strip_prefix(section) else {
            return false;
        };
        let key = format!("_{key}");
        !kept.iter().any(|kept| match *section {
            "CARGO_TARGET_" => key.ends_with(kept),
            _ => key == *kept,
        })
    };
    FOREIGN.contains(&name) || SECTIONS.iter().any(of_section)
}

/// As in the emitted `.cargo/config.toml`, and a path: sources of libraries lie in every user's
/// own folder; panics name them, binaries shall not.
fn flags() -> [String; 3] {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.unwrap_or_default();
    [
        "-C".to_owned(),
        "target-feature=+crt-static".to_owned(),
        format!("--remap-path-prefix={}=/cargo", home.display()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_change_binaries_are_left_out_and_tools_kept() {
        let foreign = [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_BUILD_TARGET_DIR",
            "CARGO_BUILD_INCREMENTAL",
            "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
            "CARGO_TARGET_DIR",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
            "CARGO_INCREMENTAL",
            "CARGO_PROFILE_RELEASE_OPT_LEVEL",
            "CARGO_PROFILE_RELEASE_BUILD_OVERRIDE_OPT_LEVEL",
            "CARGO_PROFILE_DEV_PANIC",
            "CARGO_UNSTABLE_BUILD_STD",
            "RUSTC_BOOTSTRAP",
            "RUSTC_WORKSPACE_WRAPPER",
        ];
        for name in foreign {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
        let kept = [
            "CARGO",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_HTTP_PROXY",
            "CARGO_REGISTRIES_MIRROR_INDEX",
            "CARGO_BUILD_JOBS",
            "CARGO_BUILD_RUSTC",
            "CARGO_BUILD_RUSTC_WRAPPER",
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER",
            "RUSTC",
            "RUSTC_WRAPPER",
            "RUSTUP_TOOLCHAIN",
            "PATH",
        ];
        for name in kept {
            assert!(!is_foreign(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn what_is_pinned_is_what_the_emitted_workspace_says() {
        let workspace = include_str!("../../../templates/crate/workspace.toml");
        let (_, profile) = workspace.split_once("[profile.release]\n").unwrap();
        for line in profile.lines().take_while(|line| !line.is_empty()) {
            assert!(PROFILE.contains(&line), "{line}");
        }
        let config = include_str!("../../../templates/crate/config.toml");
        let [codegen, feature, _] = flags();
        let flags = format!("rustflags = [\"{codegen}\", \"{feature}\"]");
        assert!(config.contains(&flags), "{flags}");
    }
}
