/** Makes a photo small enough to send over a thin line: its longer side cut to so many dots, as JPEG. */

const LONGEST = 1600;
const QUALITY = 0.78;

/** Throws when the bytes are no picture. What is not made smaller is kept as it came. */
export async function smaller(file: Blob, longest: number | null): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const most = Math.min(longest || LONGEST, LONGEST);
  const factor = Math.min(1, most / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * factor));
  canvas.height = Math.max(1, Math.round(picture.height * factor));
  const pen = canvas.getContext('2d');
  if (!pen) return file;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  return made && (made.size < file.size || factor < 1 || file.type !== 'image/jpeg') ? made : file;
}

/** Bytes of what can be sent over a thin line at all. */
export const LARGEST = 8 * 1024 * 1024;

/** A file is called by the SHA-256 of its content: so the answer, which is signed, says which one is meant. */
export async function fileName(content: Blob, ending: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await content.arrayBuffer()));
  return `${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}.${ending}`;
}
