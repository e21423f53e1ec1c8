import HtmlWebpackPlugin from "html-webpack-plugin";

export default {
  mode: "production",
  entry: ["./page.js", "./in-worker.js"],
  output: { clean: true },
  performance: { hints: false },
  plugins: [new HtmlWebpackPlugin({ template: "./index.html" })],
};
