//! Model server of {{ serves }}.

use std::process::ExitCode;

use gordo_server::{Project, Revision};

static PROJECT: Project = Project {
    name: "{{ project }}",
    revisions: &[
{%- for revision in revisions %}
        Revision {
            name: "{{ revision.name }}",
            machines: &[
{%- for krate in revision.crates %}
                {{ krate }}::MACHINE,
{%- endfor %}
            ],
        },
{%- endfor %}
    ],
};

fn main() -> ExitCode {
    gordo_server::main(&PROJECT)
}
