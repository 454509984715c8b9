use super::*;
use proptest::prelude::*;

/// Reads texts as the routing itself does; stands in for the plugin.
struct Plain;

impl Reader for Plain {
    fn read_text(&mut self, parameter: Parameter, text: &str) -> Option<f64> {
        parameter.from_text(text).map(f64::from)
    }

    fn is_automatable(&self, parameter: Parameter) -> bool {
        parameter.is_automatable()
    }

    fn is_stepped(&self, parameter: Parameter) -> bool {
        parameter.kind().steps().is_some()
    }
}

fn from_json(json: &str) -> Result<Session> {
    Session::from_json(json, Path::new(""))
}

fn refused(json: &str) -> String {
    let read = from_json(json).and_then(|session| session.read(&mut Plain, 48_000.0));
    format!("{:#}", read.expect_err(json))
}

#[test]
fn ids_and_names_texts_and_seconds_are_understood() {
    let json = r#"{"parameters": {"Strip 2 > Bus 4": "-10 dB", "s2b4t": "Pre"},
        "automation": [{"parameter": "s2b4", "points": [[0.5, "-inf dB"], [2.0, "0 dB"]]}]}"#;
    let session = from_json(json).unwrap();
    let moves = session.read(&mut Plain, 1000.0).unwrap();
    assert_eq!(
        moves.values,
        [(Parameter::StripLevel(1, 3), 0.5), (Parameter::StripTap(1, 3), 2.0)]
    );
    let lane = Lane::new(Parameter::StripLevel(1, 3), false, vec![(500, 0.0), (2000, 0.75)]);
    assert_eq!(moves.lanes, [lane.unwrap()]);
}

#[test]
fn every_part_may_be_left_out() {
    assert_eq!(from_json("{}").unwrap(), Session::default());
    assert!(from_json("\u{feff}{}").is_ok());
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_one() {
    let error = refused(r#"{"parameters": {"Strip 2 > Buss 4": "0 dB"}}"#);
    assert!(error.contains(r#""Strip 2 > Buss 4""#), "{error}");
    assert!(error.contains(r#"did you mean "Strip 2 > Bus 4"?"#), "{error}");
    let error = refused(r#"{"parameters": {"strip 2 fader": "0 dB"}}"#);
    assert!(error.contains(r#"did you mean "Strip 2 Fader"?"#), "{error}");
    let error = refused(r#"{"parameters": {"s17b4": "0 dB"}}"#);
    assert!(error.contains("did you mean \"s1"), "{error}");
    let error = refused(r#"{"automation": [{"parameter": "xyzzy", "points": [[0, "On"]]}]}"#);
    assert!(error.contains("xyzzy") && error.contains("names like"), "{error}");
}

#[test]
fn an_unreadable_value_is_refused_by_name_with_what_would_do() {
    let error = refused(r#"{"parameters": {"s2b4": "loud"}}"#);
    assert!(error.contains("Strip 2 > Bus 4") && error.contains("loud"), "{error}");
    assert!(error.contains("-inf dB"), "{error}");
    let error = refused(r#"{"parameters": {"s2b4t": "Sideways"}}"#);
    assert!(error.contains("Off, Input, Pre, Post"), "{error}");
    let error = refused(r#"{"parameters": {"s2mu": "maybe"}}"#);
    assert!(error.contains("On or Off"), "{error}");
    let error = refused(r#"{"automation": [{"parameter": "s2b4", "points": [[1, "loud"]]}]}"#);
    assert!(error.contains("at 1 s") && error.contains("loud"), "{error}");
}

#[test]
fn a_number_where_a_text_belongs_is_refused_where_it_stands() {
    let error = refused("{\"parameters\":\n {\"s2b4\": -12}}");
    assert!(error.contains("in quotes") && error.contains("line 2"), "{error}");
    let error = refused(r#"{"automation": [{"parameter": "s2b4", "points": [[0, 1.0]]}]}"#);
    assert!(error.contains("in quotes") && error.contains("column"), "{error}");
}

#[test]
fn broken_json_and_unknown_keys_are_refused_where_they_stand() {
    let error = refused("{\n\"parameters\": {\n");
    assert!(error.contains("line 3 column 0"), "{error}");
    let error = refused(r#"{"parametres": {}}"#);
    assert!(error.contains("parametres") && error.contains("line 1 column"), "{error}");
    let error = refused(r#"{"automation": [{"parameter": "s2b4", "point": []}]}"#);
    assert!(error.contains("`point`"), "{error}");
    assert!(refused("{} {}").contains("trailing"), "two sessions in one file");
    assert!(refused("[]").contains("not a list"));
}

#[test]
fn what_is_given_twice_is_refused_whichever_name_it_goes_by() {
    for json in [
        r#"{"parameters": {"s2b4": "0 dB", "Strip 2 > Bus 4": "0 dB"}}"#,
        r#"{"parameters": {"s2b4": "0 dB", "s2b4": "-3 dB"}}"#,
    ] {
        assert!(refused(json).contains("given twice"));
    }
    let lane = r#"{"parameter": "s2b4", "points": [[0, "0 dB"]]}"#;
    let error = refused(&format!(r#"{{"automation": [{lane}, {lane}]}}"#));
    assert!(error.contains("two automation lanes"), "{error}");
}

#[test]
fn points_go_forward_from_the_start() {
    let points = |points: &str| {
        refused(&format!(r#"{{"automation": [{{"parameter": "s2b4", "points": {points}}}]}}"#))
    };
    assert!(points("[]").contains("no points"));
    assert!(points(r#"[[-0.5, "0 dB"]]"#).contains("before the start"));
    assert!(points(r#"[[1, "0 dB"], [0.5, "-3 dB"]]"#).contains("point 2"));
    assert!(points(r#"[[1e999, "0 dB"]]"#).contains("out of range"));
    let jump = r#"{"automation": [{"parameter": "s2b4", "points": [[1, "0 dB"], [1, "-3 dB"]]}]}"#;
    assert!(from_json(jump).is_ok(), "two points at one time are a jump");
}

#[test]
fn what_cannot_be_automated_is_refused_as_a_lane_but_not_as_a_value() {
    let error = refused(r#"{"automation": [{"parameter": "b4ro", "points": [[0, "Mix"]]}]}"#);
    assert!(error.contains("Bus 4 Role") && error.contains("cannot be automated"), "{error}");
    let session = from_json(r#"{"parameters": {"b4ro": "Mix"}}"#).unwrap();
    assert!(session.read(&mut Plain, 48_000.0).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}") {
        let json = serde_json::json!({"parameters": {"s1b1": text, "s1pn": text, "s1tr": text}});
        let session = from_json(&json.to_string()).unwrap();
        let _ = session.read(&mut Plain, 48_000.0);
        let _ = from_json(&text);
        let _ = find(&text);
    }
}

#[test]
fn the_session_in_the_readme_is_understood() {
    let readme = std::fs::read_to_string(crate::bundle::workspace().join("README.md")).unwrap();
    let example = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    let session = from_json(example.expect("the readme shows a session")).unwrap();
    assert!(session.read(&mut Plain, 48_000.0).is_ok());
    assert_eq!(session.saved.bus_names[3], "Reverb");
    assert_eq!(session.saved.chains.iter().filter(|chain| !chain.is_empty()).count(), 3);
    assert_eq!(session.saved.macros[0].targets.len(), 1);
    assert!(session.notes[0].contains("room.wav"), "its impulse response does not come with it");
}

#[test]
fn a_session_is_saved_for_the_editor_and_read_back_alike() {
    for template in switchyard::templates::TEMPLATES {
        let (routing, saved) = (template.build)();
        let session = Session::of(&(routing, saved.clone()));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mix.switchyard");
        std::fs::write(&file, session.to_switchyard().unwrap()).unwrap();
        let read = Session::from_file(&file).unwrap();
        assert_eq!(read.routing().unwrap(), routing, "{}", template.id);
        assert_eq!(read.saved, saved, "{}", template.id);
        assert_eq!(read.to_switchyard().unwrap(), session.to_switchyard().unwrap());
    }
}

#[test]
fn a_damaged_session_of_the_editor_is_refused_with_its_name_and_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.switchyard");
    std::fs::write(&file, "{\"switchyard\": 3, \"parameters\": {\"s1fd\": \"loud\"}}").unwrap();
    let error = format!("{:#}", Session::from_file(&file).unwrap_err());
    assert!(error.contains("broken.switchyard") && error.contains("s1fd"), "{error}");
}
