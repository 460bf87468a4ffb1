/** A path of the console, or the console's first page: nobody is sent elsewhere by what a link says. */
export function ownPath(path: string): string {
  return /^\/(?:console|appeal)(?:[/?][\w\-./?=&%:~+,]*)?$/.test(path) && !path.includes('//')
    ? path
    : '/console'
}
