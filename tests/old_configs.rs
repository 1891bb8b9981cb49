//! Configs as earlier releases of Gordo had them, from 0.39 on, run as they are.

use std::fs;

use crate::support::{gordoc, stderr};

/// Two machines of one month, old class paths, tags under `tags`, no provider.
const QUICK_START: &str = "
machines:
  - name: first
    dataset:
      train_start_date: 2018-01-01T00:00:00Z
      train_end_date: 2018-02-01T00:00:00Z
      resolution: 2T
      tags: [tag-1, tag-2]
    model:
      sklearn.pipeline.Pipeline:
        steps:
          - sklearn.preprocessing.data.MinMaxScaler
          - gordo_components.model.models.KerasAutoEncoder:
              kind: feedforward_hourglass
    metadata: {key: value}
  - name: second
    dataset:
      train_start_date: 2018-01-01T00:00:00Z
      train_end_date: 2018-02-01T00:00:00Z
      tags: [tag-1, tag-2]
globals:
  model:
    sklearn.pipeline.Pipeline:
      steps:
        - sklearn.preprocessing.data.MinMaxScaler
        - gordo_components.model.models.KerasAutoEncoder: {kind: feedforward_model}
  metadata: {shared: by all}
";

/// A custom resource with sections as text, and what pods are given.
const RESOURCE: &str = "
apiVersion: equinor.com/v1
kind: Gordo
metadata: {name: example}
spec:
  deploy-version: 0.39.0
  config:
    machines:
      - name: ct-23-0001
        dataset: |
          tags:
            - TAG 1
            - TAG 2
            - TAG 3
          train_start_date: 2016-11-07T09:11:30+01:00
          train_end_date: 2017-01-15T03:01:00+01:00
        runtime: |
          influx: {enable: false}
          builder:
            resources: {requests: {memory: 1000}}
    globals:
      runtime: |
        influx: {enable: true}
        server:
          resources:
            requests: {memory: 1700, cpu: 2000}
            limits: {memory: 2000, cpu: 2000}
      model: |
        gordo_components.model.anomaly.diff.DiffBasedAnomalyDetector:
          base_estimator:
            sklearn.pipeline.Pipeline:
              steps:
                - sklearn.preprocessing.data.MinMaxScaler
                - gordo_components.model.models.KerasAutoEncoder:
                    kind: feedforward_hourglass
";

/// What the guides of Gordo's models and of its serializer are made of.
const MODELS: &[&str] = &[
    // A reduction beside another, and a classifier: of targets that are counted.
    "
sklearn.pipeline.Pipeline:
  steps:
    - sklearn.decomposition.PCA: {n_components: 3}
    - sklearn.pipeline.FeatureUnion:
        - sklearn.decomposition.PCA: {n_components: 3}
        - sklearn.pipeline.Pipeline:
            - sklearn.preprocessing.MinMaxScaler
            - sklearn.decomposition.TruncatedSVD: {n_components: 2}
    - sklearn.linear_model.LinearRegression
",
    "
gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
  base_estimator:
    sklearn.pipeline.Pipeline:
      steps:
        - sklearn.preprocessing.MinMaxScaler
        - gordo.machine.model.models.KerasAutoEncoder:
            batch_size: 128
            compression_factor: 0.6
            encoding_layers: 1
            epochs: 100
            func: tanh
            kind: feedforward_hourglass
            loss: mse
            optimizer: Adam
            out_func: linear
            validation_split: 0.1
  scaler: sklearn.preprocessing.MinMaxScaler
  shuffle: true
  smoothing_method: smm
",
    "
sklearn.compose.TransformedTargetRegressor:
  transformer: sklearn.preprocessing.MinMaxScaler
  regressor:
    sklearn.pipeline.Pipeline:
      steps:
        - sklearn.preprocessing.MinMaxScaler
        - sklearn.multioutput.MultiOutputRegressor:
            estimator: sklearn.linear_model.LinearRegression
",
];

/// One machine with a model, of tags without a provider.
fn machine(model: &str) -> String {
    let model = model.trim_start().replace('\n', "\n      ");
    format!(
        "
machines:
  - name: machine
    dataset:
      tag_list: [TAG 1, TAG 2, TAG 3, TAG 4]
      train_start_date: 2018-01-01T00:00:00Z
      train_end_date: 2018-02-01T00:00:00Z
    model:
      {model}
"
    )
}

#[test]
fn configs_of_earlier_releases_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    let mut configs = vec![QUICK_START.to_owned(), RESOURCE.to_owned()];
    configs.extend(MODELS.iter().map(|model| machine(model)));
    for config in configs {
        fs::write(&path, &config).unwrap();
        let mut command = gordoc();
        command.arg("check").arg(&path);
        command.args(["--default-data-provider", "RandomDataProvider"]);
        let output = command.output().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{config}\n{told}");
    }
}

#[test]
fn what_is_missing_without_a_provider_is_told_how_to_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    fs::write(&path, QUICK_START).unwrap();
    let output = gordoc().arg("check").arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("--default-data-provider"), "{told}");
    let renamed = "write `gordo.machine.model.models.KerasAutoEncoder`";
    assert!(told.contains(renamed), "{told}");
}
