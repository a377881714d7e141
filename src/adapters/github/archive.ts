import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import type { ArtifactFile, ArtifactLimits } from '../../ports/forge.ts';
import { printable } from '../git/printable.ts';

export type Extraction =
  | { readonly ok: true; readonly files: readonly ArtifactFile[] }
  | { readonly ok: false; readonly fault: string };

/** Breaks a limit or is made to do harm; the message says how. */
class UnacceptableArchive extends Error {}

const inflate = promisify(inflateRaw);
const longestPathBytes = 1024;
const stored = 0;
const deflated = 8;
/** General purpose bits: encrypted, strongly encrypted, headers masked. */
const encryptionBits = 0x1 | 0x40 | 0x2000;
/** Type bits of a Unix mode, and what the archive's kind of file says there; 0 when it has no Unix mode. */
const modeType = 0xf000;
const regularFile = 0x8000;
const folder = 0x4000;
const dosFolder = 0x10;
/** What upload-artifact refuses in names, as no file system has it everywhere, and what could steer a terminal. */
const forbiddenInPath = /["*:<>?|\\\0-\x1f\x7f-\x9f\ufffd]/;

/**
 * The files of a zip archive from a stranger, in its order; folders are left out. Counts what is really inflated, so a
 * bomb ends at the limits. Never throws; a damaged archive is a fault too.
 */
export async function readArchive(archive: Uint8Array, limits: ArtifactLimits): Promise<Extraction> {
  if (archive.length > limits.archiveBytes) return { ok: false, fault: tooLarge('The archive', limits.archiveBytes) };
  try {
    const { default: yauzl } = await import('yauzl');
    const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
    const zip = await yauzl.fromBufferPromise(bytes, { strictFileNames: true });
    return { ok: true, files: await filesOf(zip, archive.length, limits) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fault = error instanceof UnacceptableArchive ? reason : `The archive is damaged or hostile: ${reason}`;
    return { ok: false, fault: printable(fault).slice(0, 300) };
  }
}

async function filesOf(zip: ZipFile, archiveBytes: number, limits: ArtifactLimits): Promise<ArtifactFile[]> {
  // upload-artifact adds an entry for every folder.
  if (zip.entryCount > 2 * limits.files) throw new UnacceptableArchive(tooMany(limits.files));
  const files: ArtifactFile[] = [];
  const names = new Set<string>();
  const folders = new Set<string>();
  let packedBytes = 0;
  let totalBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const path = pathOf(entry);
    const name = path.normalize('NFC').toLowerCase();
    if (names.has(name)) throw new UnacceptableArchive(`The archive has ${quoted(path)} more than once`);
    names.add(name);
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1))
      folders.add(name.slice(0, slash));
    if (isFolder(entry)) {
      folders.add(name);
      continue;
    }
    if (files.length >= limits.files) throw new UnacceptableArchive(tooMany(limits.files));
    // Entries that share their bytes make a small archive cost the time of a large one.
    packedBytes += entry.compressedSize;
    if (packedBytes > archiveBytes) throw new UnacceptableArchive(`Files of the archive overlap at ${quoted(path)}`);
    const allowed = Math.min(limits.fileBytes, limits.totalBytes - totalBytes);
    const bytes = await contentOf(zip, entry, path, allowed, limits);
    totalBytes += bytes.length;
    files.push({ path, bytes });
  }
  const both = files.find(({ path }) => folders.has(path.normalize('NFC').toLowerCase()));
  if (both !== undefined) throw new UnacceptableArchive(`${quoted(both.path)} is a file and a folder of the archive`);
  return files;
}

/** Checks what kind of entry it is and where it would lie; without the slash at the end of a folder. */
function pathOf(entry: Entry): string {
  const { fileName } = entry;
  if ((entry.generalPurposeBitFlag & encryptionBits) !== 0)
    throw new UnacceptableArchive(`${quoted(fileName)} is encrypted`);
  const type = (entry.externalFileAttributes >>> 16) & modeType;
  const asFolder = fileName.endsWith('/');
  const isExpected = type === 0 || type === (asFolder ? folder : regularFile);
  if (!isExpected || (!asFolder && (entry.externalFileAttributes & dosFolder) !== 0))
    throw new UnacceptableArchive(`${quoted(fileName)} is not a regular file`);
  if (asFolder && entry.uncompressedSize > 0)
    throw new UnacceptableArchive(`${quoted(fileName)} is a folder with content`);
  const path = asFolder ? fileName.slice(0, -1) : fileName;
  const isPlain = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPlain || forbiddenInPath.test(path) || Buffer.byteLength(path) > longestPathBytes)
    throw new UnacceptableArchive(`${quoted(fileName)} is not an acceptable path`);
  return path;
}

function isFolder({ fileName }: Entry): boolean {
  return fileName.endsWith('/');
}

/** The bytes of a file, at most `allowed` of them. Throws for more, and for bytes that differ from the directory's words. */
async function contentOf(
  zip: ZipFile,
  entry: Entry,
  path: string,
  allowed: number,
  limits: ArtifactLimits,
): Promise<Uint8Array> {
  const excess = (): UnacceptableArchive =>
    new UnacceptableArchive(
      allowed < limits.fileBytes
        ? tooLarge('The content of the archive', limits.totalBytes)
        : tooLarge(quoted(path), limits.fileBytes),
    );
  if (entry.uncompressedSize > allowed) throw excess();
  const packed: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry, { decodeFileData: false }))
    packed.push(chunk as Buffer);
  const bytes = await unpacked(Buffer.concat(packed), entry, path, allowed, excess);
  if (bytes.length > allowed) throw excess();
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32)
    throw new UnacceptableArchive(`The content of ${quoted(path)} is damaged`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function unpacked(
  packed: Buffer,
  { compressionMethod }: Entry,
  path: string,
  allowed: number,
  excess: () => UnacceptableArchive,
): Promise<Buffer> {
  if (compressionMethod === stored) return packed;
  if (compressionMethod !== deflated)
    throw new UnacceptableArchive(`${quoted(path)} is packed in a way that Benchgate does not read`);
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, allowed) });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? excess() : error;
  }
}

function quoted(path: string): string {
  return `"${printable(path.slice(0, 100))}"`;
}

function tooLarge(what: string, bytes: number): string {
  return `${what} is larger than the ${bytes} bytes allowed`;
}

function tooMany(files: number): string {
  return `The archive has more than the ${files} files allowed`;
}
