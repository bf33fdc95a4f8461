amt-certcheck --name srv.corp.intel.co.uk --suffix dev.intel.co.uk --suffix corp.intel.co.uk
