/** Whether the console answers a path. */
export function isConsolePath(path: string): boolean {
  return /^\/v1\/(?:session(?:\/|$)|me$)/.test(path)
}
