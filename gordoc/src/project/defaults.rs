//! Globals nobody has to write: resources, images, metrics.

use serde_json::{Value, json};

/// Built-in globals of a config with `n_machines`, images included.
///
/// Memory is in units of M (10^6 bytes), cpu in m (thousandths).
pub(crate) fn globals(n_machines: usize, version: Option<&str>) -> Value {
    let n = i64::try_from(n_machines).unwrap_or(i64::MAX / 1000);
    let image = images(version);
    json!({
        "runtime": {
            "reporters": [],
            "deployer": {"image": image.deployer},
            "server": {
                "image": image.server,
                "resources": resources((3000, 1000), (6000, 2000)),
            },
            "prometheus_metrics_server": {
                "image": image.server,
                "resources": resources((200, 100), (1000, 200)),
            },
            "builder": {
                "image": image.builder,
                "resources": resources((3900, 1001), (31_200, 1001)),
                "remote_logging": {"enable": false},
            },
            "client": {
                "image": image.client,
                "resources": resources((3500, 100), (4000, 2000)),
                "max_instances": 30,
            },
            "influx": {
                "enable": true,
                "resources": resources(
                    ((3000 + 220 * n).min(28_000), (500 + 10 * n).min(4000)),
                    ((3000 + 220 * n).min(48_000), 10_000 + 20 * n),
                ),
            },
        },
        "evaluation": {
            "cv_mode": "full_build",
            "scoring_scaler": "sklearn.preprocessing.MinMaxScaler",
            "metrics": [
                "explained_variance_score",
                "r2_score",
                "mean_squared_error",
                "mean_absolute_error",
            ],
        },
    })
}

fn resources(requests: (i64, i64), limits: (i64, i64)) -> Value {
    json!({
        "requests": {"memory": requests.0, "cpu": requests.1},
        "limits": {"memory": limits.0, "cpu": limits.1},
    })
}

struct Images {
    deployer: &'static str,
    server: &'static str,
    builder: &'static str,
    client: &'static str,
}

/// One image for all roles, except before version 1.2.0.
fn images(version: Option<&str>) -> Images {
    if version.is_some_and(is_before_1_2) {
        return Images {
            deployer: "gordo-deploy",
            server: "gordo-model-server",
            builder: "gordo-model-builder",
            client: "gordo-client",
        };
    }
    Images {
        deployer: "gordo-base",
        server: "gordo-base",
        builder: "gordo-base",
        client: "gordo-base",
    }
}

/// Compared as Python versions: release candidates of 1.2.0 come before it.
fn is_before_1_2(version: &str) -> bool {
    let release_end = version
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(version.len());
    let (release, suffix) = version.split_at(release_end);
    let mut numbers: Vec<u64> = release.split('.').filter_map(|n| n.parse().ok()).collect();
    numbers.resize(numbers.len().max(3), 0);
    match numbers.as_slice() {
        [1, 2, 0, rest @ ..] if rest.iter().all(|n| *n == 0) => ["a", "b", "rc", "dev"]
            .iter()
            .any(|pre| suffix.starts_with(pre)),
        numbers => numbers < [1u64, 2, 0].as_slice(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_grows_up_to_its_caps() {
        let influx = |n| globals(n, None)["runtime"]["influx"]["resources"].to_string();
        assert_eq!(
            influx(300),
            r#"{"requests":{"memory":28000,"cpu":3500},"limits":{"memory":48000,"cpu":16000}}"#
        );
    }

    #[test]
    fn images_split_before_1_2() {
        for (version, before) in [
            ("1.1.9", true),
            ("1.2.0rc2", true),
            ("1.2", false),
            ("6.0.4", false),
        ] {
            assert_eq!(is_before_1_2(version), before, "{version}");
        }
    }
}
