"""One upload by tuspy as it comes from the registry: begins it, or goes on with what an earlier process began.

    upload_tuspy.py URL TOKEN FILE STORE PIECE CHECKSUM
"""

import sys

from tusclient import client
from tusclient.storage.filestorage import FileStorage

url, token, file, store, piece, checksum = sys.argv[1:]
uploader = client.TusClient(url, headers={"Authorization": f"Bearer {token}"}).uploader(
    file,
    chunk_size=int(piece),
    # What an app sets: after its own death the server may still be taking in the last of what it had sent.
    retries=5,
    retry_delay=1,
    store_url=True,
    url_storage=FileStorage(store),
    upload_checksum=checksum == "yes",
    metadata={"filename": "lift.jpg"},
)
uploader.upload()
