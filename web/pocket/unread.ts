// How many notices wait to be read; asked at most once a minute, and shown on the tab.
import { ref } from 'vue';
import { notices } from '@shared/notices';

const pause_ms = 60_000;
export const unread = ref(0);
let asked_at = -Infinity;

export async function readUnread(): Promise<void> {
  if (Date.now() - asked_at < pause_ms) return;
  asked_at = Date.now();
  unread.value = await notices.mine({ unread: 'true', limit: 1 }).then((read) => read.unread, () => unread.value);
}

export const readUnreadAgain = (): Promise<void> => { asked_at = -Infinity; return readUnread(); };
