//! The real databases that `scripts/test` starts; tests say in one line where they are absent.

use std::env;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::NoTls;

fn address(variable: &str) -> Option<String> {
    let address = env::var(variable).ok();
    if address.is_none() {
        println!("skipped: {variable} is not set; scripts/test sets it");
    }
    address
}

/// A database of its own on the InfluxDB server, and a user who may read it.
pub(crate) struct Influx {
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) password: String,
    address: String,
}

/// Who may do everything, and that the server is told of it once.
const ADMIN: (&str, &str) = ("admin", "all-may-know");
static ADMITTED: OnceLock<()> = OnceLock::new();

/// An InfluxDB server with a new database.
pub(crate) fn influx(database: &str) -> Option<Influx> {
    let address = address("GORDOC_TEST_INFLUX")?;
    let influx = Influx {
        port: address.rsplit(':').next()?.parse().ok()?,
        database: database.to_owned(),
        password: format!("pw-of-{database}"),
        address,
    };
    ADMITTED.get_or_init(|| {
        let (user, password) = ADMIN;
        influx.query(&format!(
            "CREATE USER {user} WITH PASSWORD '{password}' WITH ALL PRIVILEGES"
        ));
    });
    let password = &influx.password;
    influx.query(&format!("CREATE DATABASE \"{database}\""));
    influx.query(&format!(
        "CREATE USER \"{database}\" WITH PASSWORD '{password}'"
    ));
    influx.query(&format!("GRANT READ ON \"{database}\" TO \"{database}\""));
    Some(influx)
}

impl Influx {
    /// Runs a query as one who may do everything.
    pub(crate) fn query(&self, query: &str) {
        let url = format!("http://{}/query", self.address);
        post(ureq::post(url).query("q", query), "");
    }

    /// Writes points in the line protocol.
    pub(crate) fn write(&self, lines: &str) {
        let url = format!("http://{}/write", self.address);
        post(ureq::post(url).query("db", &self.database), lines);
    }

    /// Writes points into a retention policy.
    pub(crate) fn write_to(&self, policy: &str, lines: &str) {
        let url = format!("http://{}/write", self.address);
        let request = ureq::post(url).query("db", &self.database);
        post(request.query("rp", policy), lines);
    }

    /// A provider's arguments, in the form of YAML, for reading as the database's own user.
    pub(crate) fn provider(&self, measurement: &str) -> String {
        let Self {
            port,
            database,
            password,
            ..
        } = self;
        format!(
            "{{type: InfluxDataProvider, measurement: {measurement}, host: 127.0.0.1, \
             port: {port}, username: {database}, password: {password}, database: {database}, \
             retries: 1}}"
        )
    }
}

/// Asks the InfluxDB server as one who may do everything.
fn post(request: ureq::RequestBuilder<ureq::typestate::WithBody>, body: &str) {
    let (user, password) = ADMIN;
    let who = STANDARD.encode(format!("{user}:{password}"));
    let request = request.header("Authorization", format!("Basic {who}"));
    let mut response = request.send(body).expect("the server answers");
    let said = response.body_mut().read_to_string().expect("text");
    assert!(!said.contains("\"error\""), "{said}");
}

/// A schema of its own on the PostgreSQL server.
pub(crate) struct Postgres {
    pub(crate) url: String,
    pub(crate) schema: String,
    runtime: Runtime,
}

/// A PostgreSQL server with a new schema.
pub(crate) fn postgres(schema: &str) -> Option<Postgres> {
    let postgres = Postgres {
        url: address("GORDOC_TEST_POSTGRES")?,
        schema: schema.to_owned(),
        runtime: Builder::new_current_thread().enable_all().build().unwrap(),
    };
    // Left over if tests are run again while the server stays.
    let fresh = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE; CREATE SCHEMA \"{schema}\"");
    postgres.execute(&fresh);
    Some(postgres)
}

impl Postgres {
    /// Runs statements.
    pub(crate) fn execute(&self, statements: &str) {
        self.runtime.block_on(async {
            let config = format!("{}?sslmode=disable", self.url);
            let (client, connection) = tokio_postgres::connect(&config, NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute(statements).await.unwrap();
            drop(client);
            connection.await.unwrap().unwrap();
        });
    }

    /// The password.
    pub(crate) fn password(&self) -> &str {
        self.url.split([':', '@']).nth(2).unwrap()
    }

    /// A provider's arguments, in the form of YAML; the url is in `DB_URL`.
    pub(crate) fn provider(&self, more: &str) -> String {
        let schema = &self.schema;
        format!("{{type: SqlDataProvider, url_env: DB_URL, schema: {schema}, retries: 1, {more}}}")
    }
}
