-- Posts $BODY: BODY=rows.json wrk -t1 -c1 -d10s -s benches/post.lua URL
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open(os.getenv("BODY")):read("*a")
