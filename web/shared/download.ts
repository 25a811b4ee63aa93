// Fetches a file in the reader's language and hands it to the browser to keep.
import { Problem, problemOf } from './api';
import { currentLanguage } from './language';

export async function download(path: string, filename: string, init: RequestInit = {}): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { 'Accept-Language': currentLanguage(), ...init.headers } });
  } catch {
    throw new Problem(0, {});
  }
  if (!response.ok) throw await problemOf(response, await response.text());
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
