// Made anew for each request: a page that is made once has no nonce.
export const dynamic = "force-dynamic";

export const metadata = { title: "decodekit with Next" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
