"""What each release of Llama Stack has and does: facts as data, each with its releases."""
