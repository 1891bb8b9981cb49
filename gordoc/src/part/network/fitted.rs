//! A fitted network: layers in single precision, after windows of rows where it is recurrent.

use gordo_runtime::part::Windows;
use gordo_runtime::{Activation, Batch, Rejection, Step};
use serde_json::{Value, json};

use super::layer::{FittedLayer, dense, lstm};
use crate::part::document::{DocumentError, Reader};
use crate::part::fit::{Fitted, FittedPart};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::tensors::Tensors;

/// A fitted network, single precision.
#[derive(Debug)]
pub(crate) struct FittedNetwork {
    /// Class name without its module, `KerasAutoEncoder`.
    pub(crate) class: String,
    /// Layer recipe as written.
    pub(crate) kind: String,
    /// Input width.
    pub(crate) n_features: usize,
    /// How a recurrent network reads rows.
    pub(crate) windows: Option<Windows>,
    /// Layers in order.
    pub(crate) layers: Vec<Box<dyn FittedLayer>>,
}

/// Reads a network of any class.
pub(super) fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let windows = match reader.optional("lookback_window") {
        Some(lookback) => Some(Windows {
            lookback: lookback.rows(1)?,
            lookahead: reader.get("lookahead")?.rows(0)?,
        }),
        None => None,
    };
    if let Some(windows) = windows {
        reader.lose_rows(windows.lookback + windows.lookahead - 1);
    }
    let n_features = reader.get("n_features")?;
    n_features.check_len(*width, n_features.count()?)?;
    let at_layers = reader.get("layers")?;
    let mut layers = Vec::new();
    let mut reads_steps = windows.is_some();
    for layer in at_layers.items()? {
        layers.push(read_layer(&layer, width, &mut reads_steps)?);
    }
    if layers.is_empty() || reads_steps {
        return Err(at_layers.refuse("a list of layers that ends in one row"));
    }
    Ok(FittedPart::Estimator(Box::new(FittedNetwork {
        class: reader.get("type")?.text()?,
        kind: reader.get("kind")?.text()?,
        n_features: n_features.count()?,
        windows,
        layers,
    })))
}

fn read_layer(
    reader: &Reader<'_>,
    width: &mut usize,
    reads_steps: &mut bool,
) -> Result<Box<dyn FittedLayer>, DocumentError> {
    reader.count_part()?;
    let units = reader.get("units")?.count()?;
    if units == 0 {
        return Err(reader.refuse("a layer of one unit or more"));
    }
    let sizes = (std::mem::replace(width, units), units);
    let name = reader.get("activation")?;
    let activation =
        Activation::find(&name.text()?).ok_or_else(|| name.refuse("an activation's Keras name"))?;
    let ty = reader.get("type")?.text()?;
    match ty.as_str() {
        "Dense" => dense::read(reader, activation, sizes),
        "LSTM" if *reads_steps => {
            *reads_steps = reader.get("return_sequences")?.flag()?;
            lstm::read(reader, activation, sizes)
        }
        "LSTM" => Err(reader.refuse("a layer that reads rows, as it gets no sequences")),
        _ => Err(DocumentError::Unknown {
            at: reader.at.clone(),
            found: ty,
        }),
    }
}

impl Step for FittedNetwork {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        if let Some(windows) = self.windows {
            batch = windows.apply(batch)?;
        }
        self.layers
            .iter()
            .try_fold(batch, |batch, layer| layer.apply(batch))
    }
}

impl Fitted for FittedNetwork {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let mut width = self.n_features;
        let layers: Vec<Value> = self
            .layers
            .iter()
            .map(|layer| layer.write(std::mem::replace(&mut width, layer.units()), tensors))
            .collect();
        let mut document = json!({
            "type": self.class,
            "kind": self.kind,
            "n_features": self.n_features,
            "n_features_out": width,
            "dtype": "float32",
            "layers": layers,
        });
        if let Some(windows) = self.windows {
            document["lookback_window"] = json!(windows.lookback);
            document["lookahead"] = json!(windows.lookahead);
        }
        document
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(Windows {
            lookback,
            lookahead,
        }) = self.windows
        {
            let ty = Type::new("Windows", &[lookback, lookahead]);
            let doc = Some("Each row with the rows before it.");
            let width = fields.width;
            fields.push("windows", doc, Embedded::single(ty, &[]), width);
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let name = layer_name(index, self.layers.len());
            fields.push(&name, None, layer.embedded(fields.width), layer.units());
        }
    }
}

/// The first half of a network encodes, the second decodes, the last layer puts out.
fn layer_name(index: usize, of: usize) -> String {
    let hidden = of - 1;
    let half = hidden / 2;
    if index == hidden {
        "output".to_owned()
    } else if hidden % 2 == 1 {
        format!("layer_{}", index + 1)
    } else if index < half {
        format!("encode_{}", index + 1)
    } else {
        format!("decode_{}", index + 1 - half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_named_by_their_part() {
        let names = |of| -> Vec<String> { (0..of).map(|index| layer_name(index, of)).collect() };
        assert_eq!(
            names(5),
            ["encode_1", "encode_2", "decode_1", "decode_2", "output"]
        );
        assert_eq!(names(4), ["layer_1", "layer_2", "layer_3", "output"]);
        assert_eq!(names(1), ["output"]);
    }
}
