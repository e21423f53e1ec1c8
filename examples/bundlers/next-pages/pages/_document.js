// Puts the nonce of proxy.js on the scripts of the page.
import Document, { Head, Html, Main, NextScript } from "next/document";

export default class Page extends Document {
  static async getInitialProps(context) {
    return { ...(await Document.getInitialProps(context)), nonce: context.req.headers["x-nonce"] };
  }

  render() {
    const { nonce } = this.props;
    return (
      <Html lang="en">
        <Head nonce={nonce} />
        <body>
          <Main />
          <NextScript nonce={nonce} />
        </body>
      </Html>
    );
  }
}
