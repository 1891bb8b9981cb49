//! What people call the keywords of networks: short forms, names of Keras, and of earlier releases.

/// Other names of keywords, and those that Gordo has.
const ALIASES: &[(&str, &str)] = &[
    ("batch", "batch_size"),
    ("batchsize", "batch_size"),
    ("compression", "compression_factor"),
    ("lookback", "lookback_window"),
    ("loss_function", "compile_kwargs"),
    ("n_epochs", "epochs"),
    ("nb_epoch", "epochs"),
    ("nb_epochs", "epochs"),
    ("n_layers", "encoding_layers"),
    ("layers", "encoding_layers"),
    ("opt", "optimizer"),
    ("optimizer_args", "optimizer_kwargs"),
    ("optimizer_params", "optimizer_kwargs"),
    ("out_activation", "out_func"),
    ("val_split", "validation_split"),
    ("activation", "func"),
    ("activation", "funcs"),
    ("activations", "funcs"),
    ("activations", "func"),
    ("func", "funcs"),
    ("funcs", "func"),
    ("dim", "dims"),
    ("units", "dims"),
    ("hidden_layers", "dims"),
];

/// Arguments of optimizers, which networks do not take themselves.
const OF_OPTIMIZERS: &[&str] = &[
    "amsgrad",
    "beta_1",
    "beta_2",
    "clipnorm",
    "clipvalue",
    "decay",
    "ema_momentum",
    "epsilon",
    "global_clipnorm",
    "learning_rate",
    "lr",
    "momentum",
    "nesterov",
    "rho",
    "use_ema",
    "weight_decay",
];

/// The one of the `known` keywords that is meant by another name.
pub(super) fn meant_by<'a>(
    name: &str,
    known: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<&'a str> {
    let find = |meant: &str| known.clone().find(|known| *known == meant);
    let aliases = ALIASES.iter().filter(|(alias, _)| *alias == name);
    let alias = aliases.map(|(_, meant)| *meant).find_map(find);
    alias.or_else(|| find(&spelled_out(name)?))
}

/// Whether it belongs to the optimizer.
pub(super) fn is_of_optimizer(name: &str) -> bool {
    OF_OPTIMIZERS.contains(&name)
}

/// `enc_dims` as `encoding_dim`.
fn spelled_out(name: &str) -> Option<String> {
    let (side, what) = name.split_once('_')?;
    let side = match side {
        "enc" | "encode" | "encoder" | "encoding" => "encoding",
        "dec" | "decode" | "decoder" | "decoding" => "decoding",
        _ => return None,
    };
    let what = match what {
        "dim" | "dims" | "units" | "width" | "widths" | "sizes" => "dim",
        "func" | "funcs" | "function" | "functions" | "activation" | "activations" => "func",
        "layers" | "n_layers" => "layers",
        _ => return None,
    };
    Some(format!("{side}_{what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_people_use_lead_to_keywords_that_are_there() {
        let model = ["encoding_dim", "decoding_dim", "encoding_func", "epochs"];
        let hourglass = [
            "encoding_layers",
            "func",
            "compression_factor",
            "batch_size",
        ];
        for (known, name, meant) in [
            (model, "enc_dim", Some("encoding_dim")),
            (model, "dec_dim", Some("decoding_dim")),
            (model, "encoder_activations", Some("encoding_func")),
            (model, "dec_func", None),
            (model, "nb_epoch", Some("epochs")),
            (model, "enc_", None),
            (hourglass, "n_layers", Some("encoding_layers")),
            (hourglass, "enc_layers", Some("encoding_layers")),
            (hourglass, "enc_dim", None),
            (hourglass, "funcs", Some("func")),
            (hourglass, "activation", Some("func")),
            (hourglass, "compression", Some("compression_factor")),
            (hourglass, "learning_rate", None),
        ] {
            assert_eq!(meant_by(name, &known.into_iter()), meant, "{name}");
        }
        assert!(is_of_optimizer("lr") && !is_of_optimizer("epochs"));
    }
}
