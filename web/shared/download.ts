// Fetches a file in the reader's language and hands it to the browser to keep.
import { request } from './api';

export async function download(path: string, filename: string, init: RequestInit = {}): Promise<void> {
  const response = await request(path, init);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
