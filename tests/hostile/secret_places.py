"""Sixty places where a secret can be, and sixty texts that look like one."""

from __future__ import annotations

import json

WORD = "hunter2Xq9"
"""The secret of most places; nothing else in the texts has it."""

JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJodW50ZXIyIn0."
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
PAT = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
RANDOM = "tR4kP9zQmW2xVb7NcL5jHd3F"
PEM = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEAhunter2Xq9
-----END RSA PRIVATE KEY-----"""

BASE64 = "aHVudGVyMlhxOQ=="
SECRETS = (WORD, BASE64, JWT, JWT.split(".")[2], PAT, RANDOM, "MIIEpAIBAAKCAQEA")

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
metadata_store: {type: sqlite, db_path: /data/registry.db}
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config:
      url: http://vllm:8000/v1
      max_tokens: many
PLACE
unread: 1
"""


def in_config(lines: str) -> str:
    """Return a config with these lines in the settings of a provider."""
    indented = "\n".join(f"      {line}" for line in lines.splitlines())
    return CONFIG.replace("PLACE", indented)


def in_config_map(text: str, other: str = "") -> str:
    """Return a ConfigMap that holds a run config, and other entries."""
    body = "".join(f"    {line}\n" for line in text.splitlines())
    return f"kind: ConfigMap\ndata:\n{other}  run.yaml: |\n{body}"


_PEM_BLOCK = "\n".join(f"  {line}" for line in PEM.splitlines())
_PEM_LINE = json.dumps(PEM)
_PLAIN = in_config("timeout: 5")


_SETTINGS = {
    "a password": f"password: {WORD}",
    "a quoted password": f"password: '{WORD}, and more'",
    "a token": f"api_token: {WORD}",
    "a number": f"password: 7{WORD}7",
    "a list of tokens": f"api_tokens: [{WORD}, {WORD}b]",
    "a block list of tokens": f"tokens:\n- {WORD}\n- {WORD}b",
    "a mapping below a token": f"api_token: {{value: {WORD}}}",
    "a misspelt key": f"pasword: {WORD}",
    "another misspelt key": f"api_kye: {WORD}",
    "an escaped key": f'"pass\\u0077ordd": {WORD}',
    "a passcode": f"passcode: {WORD}",
    "camel case": f"dbPassword: {WORD}",
    "a literal block": f"password: |-\n  {WORD}\n  {WORD}",
    "a folded block": f"password: >\n  {WORD}\n  more",
    "a tag": f"password: !!str {WORD}",
    "an anchor": f"password: &pw {WORD}",
    "an alias of a harmless key": f"note: &pw {WORD}\npassword: *pw",
    "the default of a variable": f"password: ${{env.PW:=p{WORD}}}",
    "the default of a secret variable": f"address: ${{env.PG_PASSWORD:=p{WORD}}}",
    "an old default": f"password: ${{env.PW:p{WORD}}}",
    "a URL": f"base_url: http://bob:{WORD}@host/v1",
    "a URL without a user": f"redis: redis://:{WORD}@host",
    "a slash in the password of a URL": f"base_url: http://u:{WORD}/x@host",
    "a URL with a default": f"base_url: http://u:${{env.PW:=p{WORD}}}@host",
    "a query": f"base_urll: https://h/v1?api_key={WORD}&x=1",
    "a signature": f"container: https://a.blob.example/c?sv=1&sig={WORD}&se=2",
    "an Amazon signature": f"object: https://s3.example/o?X-Amz-Signature={WORD}",
    "a web hook": f"webhook: https://hooks.slack.com/services/T00/B00/{WORD}",
    "a bot's address": f"notify: https://api.telegram.org/bot123456:{WORD}/send",
    "a DSN": f"dsn: host=h user=u password={WORD} dbname=d",
    "a connection string": f'conn: "Server=h;Password={WORD};User=u"',
    "a bearer header": f'auth: "Authorization: Bearer {WORD}"',
    "a bearer alone": f"header: Bearer {WORD}",
    "a header of a mapping": f"headers: {{Authorization: Bearer {WORD}}}",
    "a cookie": f'header: "Cookie: session={WORD}; theme=dark"',
    "a cookie's key": f"session_cookie: {WORD}",
    "a command": f"command: \"curl -H 'Authorization: Bearer {WORD}' http://h\"",
    "an option": f"args: [--port, '80', --api-key, {WORD}]",
    "an option in one string": f"command: serve --api-key {WORD} --port 80",
    "a variable of a shell": f"command: PGPASSWORD={WORD} psql",
    "a pair of name and value": f"env:\n- name: PG_PASSWORD\n  value: {WORD}",
    "JSON in a string": f'extra: \'{{"password": "{WORD}"}}\'',
    "escaped JSON in a string": f'extra: "{{\\"password\\": \\"{WORD}\\"}}"',
    "a web token": f"note: {JWT}",
    "a personal access token": f"note: {PAT}",
    "random characters": f"note: {RANDOM}",
    "a PEM block": f"note: |\n{_PEM_BLOCK}",
    "a PEM block on one line": f"note: {_PEM_LINE}",
    "a token as a key": f"{PAT}: 1",
    "a key below a secret": f"password: {{{WORD}}}",
    "a comment": f"# password: {WORD}\ntimeout: 5",
    "a comment at the end": f"timeout: 5  # token: {WORD}",
    "a commented block": f"# password: |\n#   {WORD}\ntimeout: 5",
    "a commented list": f"# tokens:\n# - {WORD}\ntimeout: 5",
    "a URL in a comment": f"# see http://u:{WORD}@h\ntimeout: 5",
    "a token in a comment": f"# {PAT}\ntimeout: 5",
    "text of a script": f"script: |\n  set -e\n  export TOKEN={WORD}\n  run",
}

_FILES = {
    "a duplicate key": in_config(f"password: {WORD}\npassword: ${{env.PW}}"),
    "a duplicate key elsewhere": in_config(
        f"max_tokens: 5\nmax_tokens: 6\npassword: {WORD}"
    ),
    "a broken file": in_config(f"password: {WORD}") + "broken: [\n",
    "a broken file with a block": in_config(f"password: |\n  {WORD}\n") + "broken: [\n",
    "a broken list": f"api_tokens:\n- {WORD}\n" + in_config("timeout: 5") + "x: ]\n",
    "a config map": in_config_map(in_config(f"password: {WORD}")),
    "a duplicate key in a config map": in_config_map(
        in_config(f"version: 2\nversion: 2\nclient_secret: {WORD}")
    ),
    "a sibling in a config map": in_config_map(
        _PLAIN, f"  app.properties: |\n    db.password={WORD}\n    [x: {{\n"
    ),
    "a secret's entry": in_config_map(_PLAIN, f"  plain: {WORD}\n")
    .replace("ConfigMap", "Secret")
    .replace("data:", "stringData:"),
    "a secret's data": f"kind: Secret\ndata:\n  db: {BASE64}\n---\n{_PLAIN}",
    "a folded config": in_config_map(in_config(f"password: {WORD}")).replace("|", ">"),
    "a template": in_config(f"password: {WORD}\nname: {{{{ .Values.x }}}}"),
    "a store": _PLAIN.replace(
        "{type: sqlite, db_path: /data/registry.db}",
        f"{{type: postgres, host: h, user: u, password: {WORD}}}",
    ),
    "a store in a block": _PLAIN.replace(
        "{type: sqlite, db_path: /data/registry.db}",
        f"\n  type: postgres\n  user: u\n  password: |-\n    {WORD}",
    ),
}

PLACES = {name: in_config(lines) for name, lines in _SETTINGS.items()} | _FILES
"""By its name, a text with one of the secrets in it."""

HARMLESS = (
    "max_tokens: 4096",
    "max_tokens: 4096  # tokens: enough",
    "eos_token: <s>",
    "chunk_size_in_tokens: 512",
    "password: ${env.PG_PASSWORD}",
    "password: ${env.PG_PASSWORD:=}",
    "password: $PG_PASSWORD",
    "password: $(PG_PASSWORD)",
    "password: {{ .Values.password }}",
    "password: null",
    "password: ''",
    "password:",
    "api_key: not-needed",
    "api_key: none",
    "api_key: ${env.OPENAI_API_KEY:=fake}",
    "provider_id: ${env.TAVILY_SEARCH_API_KEY:+tavily-search}",
    "password_file: /run/secrets/pg",
    "token_url: https://sso.example/token",
    "credentials_path: /etc/gcp.json",
    "secretName: postgres",
    "existingSecret: postgres",
    "valueFrom: {secretKeyRef: {name: pg, key: db}}",
    "imagePullSecrets: [{name: registry}]",
    "token_type: bearer",
    "allow_credentials: true",
    "require_password: true",
    "env: [{name: PG_HOST, value: db.internal}]",
    "model_id: meta-llama/Llama-3.2-11B-Vision-Instruct-FP8",
    "model_id: Qwen/Qwen2.5-Coder-32B-Instruct-GPTQ-Int4",
    "model_id: sentence-transformers/all-MiniLM-L6-v2",
    "model_id: nomic-ai/nomic-embed-text-v1.5",
    "model_id: TheBloke/Mixtral-8x7B-Instruct-v0.1-GPTQ",
    "model_id: unsloth/DeepSeek-R1-Distill-Llama-70B-bnb-4bit",
    "model_id: pplx-70b-chat",
    "model_id: claude-3-5-sonnet-20241022",
    "model_id: accounts/fireworks/models/llama-v3p1-405b-instruct",
    "model_id: us.anthropic.claude-3-7-sonnet-20250219-v1:0",
    "image: quay.io/org/img:9f2c1e7ab3d4",
    "image: quay.io/org/img@sha256:9f2c1e7ab3d49f2c1e7ab3d49f2c1e7ab3d49f2c1e7ab3d49f2c1e7ab3d41234",
    "image: registry.redhat.io/rhoai/odh-llama-stack-core-rhel9:v2.25.0-1764345678",
    "commit: 0cb88a4f764b7a12671c53f0838cd831a0843b95",
    "id: 550e8400-e29b-41d4-a716-446655440000",
    "digest: sha512-Q2bmbpV9qKz3XmN8Lw5Tj7Rd4Fs6Yh1Gp0",
    "path: /root/.cache/huggingface/hub/models--meta-llama--Llama-3.2-3B-Instruct/snapshots/0cb88a4f764b7a12671c53f0838cd831a0843b95",
    "db_path: ~/.llama/distributions/starter/files_metadata.db  # secret sauce",
    "db_path: ${env.SQLITE_STORE_DIR:=~/.llama/distributions/starter}/faiss_store.db",
    "mount: /run/secrets/token:ro",
    "mount: /data/tokens:/data/tokens:rw",
    "url: http://host:8080/v1",
    "url: ${env.VLLM_URL:=http://localhost:8000/v1}",
    "url: https://host:8080/@scope/pkg",
    "url: https://user@host/repo",
    "url: https://example.com/webhook/incoming",
    "url: https://h/v1?model=llama&limit=10",
    "dsn: host=h user=u dbname=d  # see the keys: below",
    "note: uses a bearer token of the user",
    "note: basic auth is off",
    "# the secret is in the vault, ask the owner\nnote: x",
    "# Tokens are counted twice\nnote: x",
    "note: |\n  -----BEGIN CERTIFICATE-----\n  MIIDdzCCAl\n  -----END CERTIFICATE-----",
    "passthrough: yes",
    "note: a fact <|file-Cn3MSNn72ENTiiq11Qda4A|>.",
    "extraSecretRefs: [{name: keys}]",
    'api_token: {{ $model.apiToken | default "fake" }}',
    "keys: [a, b]",
    "provider_type: inline::sentence-transformers",
    "region: us-east-1",
)
"""Lines of which no character may be masked."""
