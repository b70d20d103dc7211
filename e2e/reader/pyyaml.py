# PyYAML as a reader: a YAML stream on stdin, one line of JSON for each document on stdout. With `plain`, without its C library.
import json
import sys

import yaml

loader = yaml.SafeLoader if sys.argv[1:] == ["plain"] else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
try:
    for document in yaml.load_all(sys.stdin.buffer, Loader=loader):
        print(json.dumps(document))
except (yaml.YAMLError, TypeError, ValueError) as error:
    print(json.dumps({"error": str(error)}))
