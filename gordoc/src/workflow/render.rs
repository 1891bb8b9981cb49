//! The template engine: unknown names are errors, and every value is written as a YAML scalar.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};

use super::scalar::scalar;

/// Name and text of each template.
const TEMPLATES: [(&str, &str); 5] = [
    (
        "labels.yaml.j2",
        include_str!("../../../templates/workflow/labels.yaml.j2"),
    ),
    (
        "deployment.yaml.j2",
        include_str!("../../../templates/workflow/deployment.yaml.j2"),
    ),
    (
        "kustomization.yaml.j2",
        include_str!("../../../templates/workflow/kustomization.yaml.j2"),
    ),
    (
        "service.yaml.j2",
        include_str!("../../../templates/workflow/service.yaml.j2"),
    ),
    (
        "workflow.yaml.j2",
        include_str!("../../../templates/workflow/workflow.yaml.j2"),
    ),
];

/// The templates, parsed.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    pub(super) fn new() -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .keep_trailing_newline(true)
                .build()?,
        );
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("yaml".into()));
        environment.set_formatter(write_scalar);
        environment.add_filter("block", block);
        environment.add_filter("lines", lines);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text)?;
        }
        Ok(Self(environment))
    }

    pub(super) fn render(&self, template: &str, context: &Value) -> Result<String, Error> {
        self.0.get_template(template)?.render(context)
    }
}

/// Writes what stands between `{{` and `}}`; lists and mappings have no spelling here.
fn write_scalar(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = match value.kind() {
        _ if value.is_safe() => value.to_string(),
        ValueKind::String => scalar(value.as_str().unwrap_or_default()),
        ValueKind::Bool | ValueKind::Number => value.to_string(),
        kind => {
            let message = format!("{kind} is not a YAML scalar");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    };
    out.write_str(&text).map_err(Error::from)
}

/// A document as a literal block, each line moved right; it must be YAML that we wrote, whose
/// lines are printable as they are.
fn block(text: &str, width: usize) -> Value {
    let mut out = String::from("|");
    for line in text.lines() {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', width));
            out.push_str(line);
        }
    }
    Value::from_safe_string(out)
}

/// YAML that we wrote, each line moved right.
fn lines(text: &str, width: usize) -> Value {
    let moved: Vec<String> = text
        .lines()
        .map(|line| format!("{:width$}{line}", ""))
        .collect();
    Value::from_safe_string(moved.join("\n"))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::Templates;

    fn check(template: &str, expect: Result<&str, &str>) {
        let mut templates = Templates::new().unwrap();
        templates
            .0
            .add_template_owned("t", template.to_owned())
            .unwrap();
        let rendered = templates.render("t", &context! { a => "x: y", n => 3, l => vec![1] });
        match (rendered, expect) {
            (Ok(text), Ok(expect)) => assert_eq!(text, expect),
            (Err(error), Err(expect)) => assert!(error.to_string().contains(expect), "{error}"),
            (rendered, _) => panic!("{template}: {rendered:?}"),
        }
    }

    #[test]
    fn values_are_written_as_scalars() {
        check("k: {{ a }}", Ok("k: \"x: y\""));
        check("k: {{ n }}", Ok("k: 3"));
        check("k: {{ 'p-' ~ n }}", Ok("k: p-3"));
        check("k: {{ l }}", Err("is not a YAML scalar"));
    }

    #[test]
    fn unknown_names_are_errors() {
        check("{{ typo }}", Err("undefined"));
        check("{{ a.typo }}", Err("undefined"));
    }

    #[test]
    fn documents_move_right_as_a_block() {
        check(
            "k: {{ 'a: 1\n\nb: 2\n' | block(2) }}\n",
            Ok("k: |\n  a: 1\n\n  b: 2\n"),
        );
        check(
            "k:\n{{ '- a: 1\n  b: 2\n' | lines(2) }}\n",
            Ok("k:\n  - a: 1\n    b: 2\n"),
        );
    }
}
