// Pictures made ready for sending: drawn anew, so that place, device and time of the file are left behind, and no larger than is looked at.
export const longest_side = 1600;
const quality = 0.8;

// The size a picture is drawn at: the longer side at most `most`, never enlarged.
export function fitted(width: number, height: number, most = longest_side): [number, number] {
  const shrink = Math.min(1, most / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * shrink)), Math.max(1, Math.round(height * shrink))];
}

export async function readyPicture(file: Blob): Promise<Blob> {
  const drawn = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const [width, height] = fitted(drawn.width, drawn.height);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.drawImage(drawn, 0, 0, width, height);
  drawn.close();
  return new Promise((resolve, reject) => canvas.toBlob((made) => (made === null ? reject(new Error('no picture')) : resolve(made)), 'image/jpeg', quality));
}
