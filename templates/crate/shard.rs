//! Machines of project `{{ project }}` that its server links together.
{% for module in modules %}
#[path = "../../../{{ module.folder }}/src/lib.rs"]
pub mod {{ module.name }};
{% endfor -%}
