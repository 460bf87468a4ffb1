/** An optional package: it must compile where the package is not installed, so what it gives is typed by `cryptoki.ts`. */
declare module 'pkcs11js'
