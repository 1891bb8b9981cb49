//! Parses a JSON body and writes it again: cargo run --release, then POST to 127.0.0.1:5556.

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Router, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", post(echo));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:5556").await?;
    serve(listener, app).await
}

async fn echo(body: Bytes) -> impl IntoResponse {
    let Ok(value) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, value.to_string()).into_response()
}
