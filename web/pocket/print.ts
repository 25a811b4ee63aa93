// Print size: chosen once, kept in this browser. Every measure of the page is in rem, so that all grows with it.
import { ref } from 'vue';

export const print_sizes = ['normal', 'large', 'huge'] as const;
export type PrintSize = (typeof print_sizes)[number];

const key = 'jingwei.print';
const isSize = (value: unknown): value is PrintSize => print_sizes.includes(value as PrintSize);

function stored(): PrintSize {
  try {
    const value = localStorage.getItem(key);
    return isSize(value) ? value : 'normal';
  } catch {
    return 'normal';
  }
}

export const printSize = ref<PrintSize>(stored());

export function setPrint(size: PrintSize): void {
  printSize.value = size;
  document.documentElement.dataset.print = size;
  try {
    localStorage.setItem(key, size);
  } catch {
    // Private browsing without storage: the choice lasts as long as the page.
  }
}

if (typeof document !== 'undefined') document.documentElement.dataset.print = printSize.value;
