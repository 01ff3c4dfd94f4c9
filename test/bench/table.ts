/** Lines of a table whose first column is aligned to the left, and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** The most of several measures of memory. */
export function mebibytes(values: readonly number[]): string {
  const most = Math.max(...values);
  return most === 0 ? "unknown" : `${most.toFixed(0)} MiB`;
}
