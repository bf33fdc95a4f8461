amt-hellocap --payload captures/hello/public-sample.hex
