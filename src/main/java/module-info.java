/** Keeps the off-heap data of a Java program safe: compresses it, saves it, proves it intact. */
module holdfast {
  exports holdfast;
  exports holdfast.checkpt;
  exports holdfast.chunkio;
  exports holdfast.groove;
  exports holdfast.lz4;
  exports holdfast.wksp;
  exports holdfast.sidecar;
  exports holdfast.snapshot;

  provides java.util.spi.ToolProvider with
      holdfast.cli.HoldfastTool;
}
