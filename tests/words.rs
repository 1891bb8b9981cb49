//! `gordoc check`: help for words that are not what they look like, or not where they belong.

use std::fs;

use crate::support::{gordoc, stderr};

/// What `check` says of a config of one machine with an entry changed.
fn said(find: &str, replace: &str) -> (Option<i32>, String) {
    let config = "
machines:
  - name: pump
    dataset:
      tag_list: [FT 1, TT-1]
      train_start_date: 2024-06-01T00:00:00Z
      train_end_date: 2024-06-02T00:00:00Z
      row_filter: \"`FT 1` > 15\"
      resolution: 10T
      data_provider: {type: RandomDataProvider}
    model:
      gordo.machine.model.models.KerasAutoEncoder:
        kind: feedforward_model
        epochs: 2
    evaluation: {cv_mode: full_build}
";
    assert_eq!(config.matches(find).count(), 1, "{find}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("config.yaml"),
        config.replace(find, replace),
    )
    .unwrap();
    let mut command = gordoc();
    command.current_dir(folder.path()).env("COLUMNS", "400");
    let output = command.args(["check", "config.yaml"]).output().unwrap();
    (output.status.code(), stderr(&output))
}

#[test]
fn words_that_yaml_takes_for_something_else_are_told_wherever_a_text_is_wanted() {
    let mut untold = Vec::new();
    for (word, meaning) in [
        ("no", "false"),
        ("Off", "false"),
        ("yes", "true"),
        ("1_0", "the number 10"),
        ("1:30", "the number 90"),
        ("2024-06-01", "a date"),
    ] {
        for (find, replace) in [
            ("name: pump", format!("name: {word}")),
            ("[FT 1, TT-1]", format!("[FT 1, {word}]")),
            ("[FT 1, TT-1]", format!("[FT 1, {{name: {word}}}]")),
            (
                "[FT 1, TT-1]",
                format!("[FT 1, {{name: TT-1, asset: {word}}}]"),
            ),
            ("resolution: 10T", format!("asset: {word}")),
            ("\"`FT 1` > 15\"", word.to_owned()),
            ("type: RandomDataProvider", format!("type: {word}")),
            ("feedforward_model", word.to_owned()),
            ("epochs: 2", format!("optimizer: {word}")),
            ("epochs: 2", format!("out_func: {word}")),
            ("full_build", word.to_owned()),
            ("full_build", format!("full_build, metrics: [{word}]")),
        ] {
            let (status, said) = said(find, &replace);
            let is_date = meaning == "a date" && said.contains("or quote it if it is only a note");
            let reads = said.contains(&format!("YAML reads `{word}` as {meaning}"));
            let is_told = reads && said.contains("put it between quotes");
            if !is_told && !is_date {
                untold.push(format!("{replace} {status:?}: {said}"));
            }
        }
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    for word in ["no", "off"] {
        let (status, said) = said("name: pump", &format!("name: {word}"));
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains("as false"), "{said}");
    }
}

#[test]
fn tags_between_quotes_are_to_stand_in_backticks() {
    for filter in [
        "'FT 1' > 15",
        "15 < 'FT 1'",
        "'FT 1'",
        "not 'FT 1'",
        "'FT 1' == 15",
        "`TT-1` == 'FT 1'",
        "`TT-1` > 'FT 1'",
        "`TT-1` + 'FT 1' > 3",
        "abs('FT 1') > 3",
        "'FT 1' > 'TT-1'",
        "'FT 1' in [1, 2]",
        "`TT-1` > 1 & 'FT 1' > 2",
        "(`TT-1` > 1) | ('FT 1' > 2)",
        "-'FT 1' > 2",
        "`TT-1` in ['FT 1', 2]",
    ] {
        let (_, said) = said("\"`FT 1` > 15\"", &format!("\"{filter}\""));
        assert!(
            said.contains("put the tag `FT 1` in backticks"),
            "{filter}: {said}"
        );
    }
    let (_, said) = said("\"`FT 1` > 15\"", "\"'FT 2' > 15\"");
    assert!(!said.contains("the tag `FT 2`"), "{said}");
}

#[test]
fn other_names_of_keywords_lead_to_the_right_ones() {
    for (keyword, help) in [
        ("enc_dim: [8, 4]", "did you mean `encoding_dim`?"),
        ("dec_dim: [8, 4]", "did you mean `decoding_dim`?"),
        (
            "encoder_activations: [tanh]",
            "did you mean `encoding_func`?",
        ),
        ("nb_epoch: 3", "did you mean `epochs`?"),
        (
            "learning_rate: 0.1",
            "write it in `optimizer_kwargs`: `{learning_rate: ...}`",
        ),
        ("lr: 0.1", "write it in `optimizer_kwargs`"),
    ] {
        let (_, said) = said("epochs: 2", keyword);
        assert!(said.contains(help), "{keyword}: {said}");
    }
}
