amt-certcheck --help
