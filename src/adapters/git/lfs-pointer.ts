const signature = Buffer.from('version https://git-lfs.github.com/spec/v1');

/** Pointers are smaller than this by git-lfs's own specification; larger files are content. */
export const lfsPointerLimit = 1024;

/** Whether a file's content is a git-lfs pointer instead of the content it stands for. */
export function isLfsPointer(content: Uint8Array): boolean {
  return content.length < lfsPointerLimit && signature.equals(content.subarray(0, signature.length));
}
