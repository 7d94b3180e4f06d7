/** What the pieces share and users never see: memory access, file access, bits and checks. */
package holdfast.internal;
