// One upload by tus-js-client as it comes from the registry: begins it, or goes on with what an earlier process began.
//
//     node upload_js.mjs URL TOKEN FILE STORE PIECE WITH_CREATION

import { createReadStream } from "node:fs";
import * as tus from "tus-js-client";

const [url, token, file, store, piece, withCreation] = process.argv.slice(2);
const upload = new tus.Upload(createReadStream(file), {
  endpoint: url,
  headers: { Authorization: `Bearer ${token}` },
  chunkSize: Number(piece),
  uploadDataDuringCreation: withCreation === "yes",
  metadata: { filename: "lift.jpg", filetype: "image/jpeg" },
  urlStorage: new tus.FileUrlStorage(store),
  // After its own death the server may still be taking in the last of what it had sent: its own defaults.
  retryDelays: [0, 1000, 3000, 5000],
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => process.exit(0),
});
const begun = await upload.findPreviousUploads();
if (begun.length > 0) upload.resumeFromPreviousUpload(begun[0]);
upload.start();
