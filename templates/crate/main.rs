//! Model server of {{ serves }}.

use std::process::ExitCode;

use gordo_server::{Project, Revision};

static PROJECT: Project = Project {
    name: "{{ project }}",
{%- if revisions.len() == 1 %}
    revisions: &[Revision {
        name: "{{ revisions[0].name }}",
        machines: &[{{ revisions[0].machines(8) }}],
    }],
{%- else %}
    revisions: &[
{%- for revision in revisions %}
        Revision {
            name: "{{ revision.name }}",
            machines: &[{{ revision.machines(12) }}],
        },
{%- endfor %}
    ],
{%- endif %}
};

fn main() -> ExitCode {
    gordo_server::main(&PROJECT)
}
