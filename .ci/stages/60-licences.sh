python3 .ci/licences.py
