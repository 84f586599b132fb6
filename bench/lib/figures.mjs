// Medians, percentiles, and how numbers are printed.
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of each figure over windows with the same figures.
export function medians(windows) {
  return Object.fromEntries(Object.keys(windows[0]).map((key) => [key, median(windows.map((each) => each[key]))]));
}

// Three digits that matter.
export function show(value) {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
