//! The parameter list is a contract with every saved project: ids, order, ranges, steps and
//! defaults are frozen in `tests/data/parameters.txt` and may only be appended to.

use std::collections::HashSet;
use std::fmt::Write;
use switchyard::routing::parameter::{ALL, COUNT, FIRST_BLOCK, Kind, Parameter};

/// One line a parameter, as the frozen file has it.
fn describe(parameter: Parameter) -> String {
    let kind = parameter.kind();
    let (min, max) = kind.range();
    let mut line = String::new();
    write!(
        line,
        "{} | {} | {} | {min}..{max} | steps {} | default {} | {}",
        parameter.id(),
        parameter.name(),
        parameter.group(),
        kind.steps().map_or("none".into(), |steps| steps.to_string()),
        parameter.to_text(parameter.default_value()),
        if parameter.is_automatable() { "automatable" } else { "fixed" },
    )
    .unwrap();
    if let Kind::Choice(names) = kind {
        write!(line, " | {}", names.join(", ")).unwrap();
    }
    line
}

#[test]
fn the_frozen_table_is_still_the_beginning_of_the_list() {
    let frozen = include_str!("data/parameters.txt");
    let now: Vec<String> = ALL.into_iter().map(describe).collect();
    for (index, line) in frozen.lines().enumerate() {
        assert_eq!(now.get(index).map(String::as_str), Some(line), "parameter {index}");
    }
    let unfrozen = &now[frozen.lines().count()..];
    assert!(unfrozen.is_empty(), "append to tests/data/parameters.txt:\n{}", unfrozen.join("\n"));
}

#[test]
fn the_first_block_is_the_507_automatable_parameters_of_the_specification() {
    assert_eq!((FIRST_BLOCK, COUNT), (507, 948));
    assert!(ALL[..FIRST_BLOCK].iter().all(|parameter| parameter.is_automatable()));
    let first: HashSet<String> = ALL[..FIRST_BLOCK].iter().map(|p| p.id()).collect();
    let mut wanted: HashSet<String> = HashSet::from(["bypass".to_string()]);
    for i in 1..=16 {
        for suffix in ["fd", "pn", "mu", "so", "tr", "mx"] {
            wanted.insert(format!("s{i}{suffix}"));
        }
        wanted.extend((1..=12).map(|j| format!("s{i}b{j}")));
        wanted.insert(format!("mc{i}"));
    }
    for j in 1..=12 {
        for suffix in ["fd", "pn", "mu", "so", "mx"] {
            wanted.insert(format!("b{j}{suffix}"));
        }
        wanted.extend((1..=12).filter(|k| *k != j).map(|k| format!("b{j}b{k}")));
    }
    for id in ["mnfd", "mnmu", "mnmx", "mosrc", "molv", "modim", "momono", "momute", "moab", "motb"]
    {
        wanted.insert(id.to_string());
    }
    assert_eq!(first, wanted);
}

#[test]
fn ids_and_names_are_unique_and_find_their_parameter() {
    for parameter in ALL {
        assert_eq!(Parameter::from_id(&parameter.id()), Some(parameter));
        assert_eq!(Parameter::from_name(&parameter.name()), Some(parameter));
    }
}

#[cfg(feature = "plugin")]
#[test]
fn the_host_sees_the_same_list_in_the_same_order_under_distinct_numbers() {
    use nice_plug::prelude::{ParamFlags, Params};
    use std::sync::Arc;
    use switchyard::plugin::{parameters::HostParameters, shared::Shared};

    let host = HostParameters::new(Arc::new(Shared::default()));
    let map = host.param_map();
    assert_eq!(map.len(), COUNT);
    for (parameter, (id, pointer, group)) in ALL.iter().zip(&map) {
        assert_eq!((&parameter.id(), &parameter.group()), (id, group));
        // SAFETY: the pointer points into `host`, which outlives this loop.
        let (name, steps, flags, default) = unsafe {
            (
                pointer.name().to_string(),
                pointer.step_count(),
                pointer.flags(),
                pointer.default_normalized_value(),
            )
        };
        assert_eq!((parameter.name(), parameter.kind().steps()), (name, steps));
        assert_eq!(flags.contains(ParamFlags::NON_AUTOMATABLE), !parameter.is_automatable());
        assert_eq!(flags.contains(ParamFlags::BYPASS), *parameter == Parameter::Bypass);
        let (min, max) = parameter.kind().range();
        let expected = (parameter.default_value() - min) / (max - min);
        assert!((default - expected).abs() < 1e-6, "{id}");
    }
}
