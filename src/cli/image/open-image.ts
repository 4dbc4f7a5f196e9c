import { statSync } from "node:fs";
import path from "node:path";
import { InputError } from "../input-error.ts";
import { archiveMembers } from "./archive-members.ts";
import { openDockerArchive } from "./docker-archive.ts";
import { openOciLayout } from "./oci-image.ts";
import type { OpenOptions, ScannableImage } from "./scannable-image.ts";
import { compressionOf, unpackArchive } from "./unpack-archive.ts";

/**
 * Finds out what a target is: an archive of `docker save`, an OCI archive, an OCI layout folder, or else a reference to
 * an image in a registry. Throws InputError with what is wrong.
 */
export async function openImage(target: string, options: OpenOptions): Promise<ScannableImage> {
  const local = target.replace(/^(?:docker-archive|oci-archive|oci|file):(?:\/\/)?/, "");
  const found = statSync(local, { throwIfNoEntry: false });
  if (found?.isDirectory()) return openFolder(local, options);
  if (found?.isFile()) return openArchive(local, options);
  // A pipe or a device is refused: nothing could end the wait for its other side.
  if (found !== undefined) throw new InputError(`${local} is neither a file nor a folder.`);
  if (local !== target || /^[./~]|\.tar(?:\.gz|\.zst)?$|\.tgz$/.test(target))
    throw new InputError(`${local} does not exist.`);
  const { openRegistryImage, parseReference } = await import("./registry-image.ts");
  const reference = parseReference(target);
  if (reference === null)
    throw new InputError(`${target} is neither an existing file or folder nor a reference to an image.`);
  return openRegistryImage(reference, options);
}

async function openFolder(folder: string, options: OpenOptions): Promise<ScannableImage> {
  const find = (name: string) => {
    const file = path.join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.isFile() ? { file, offset: 0, size: found.size } : null;
  };
  return openOciLayout({ name: folder, find }, options);
}

async function openArchive(file: string, options: OpenOptions): Promise<ScannableImage> {
  if (compressionOf(file) === "none") return openTar({ file, name: file }, options);
  return openTar({ file: await unpackArchive(file, options.scratch()), name: file }, options);
}

/** `name` is what people called the archive; `file` is where its bytes can be read. */
async function openTar({ file, name }: { file: string; name: string }, options: OpenOptions): Promise<ScannableImage> {
  const members = archiveMembers(file, name);
  if (members.has("manifest.json")) return openDockerArchive(name, members, options);
  if (members.has("index.json")) return openOciLayout({ name, find: (path) => members.get(path) ?? null }, options);
  throw new InputError(`${name} is a tar but not an image archive: it has neither manifest.json nor index.json.`);
}
