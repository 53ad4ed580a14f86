terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.21.0 is the first version whose aws_lambda_function lists the runtime nodejs24.x as supported (its CHANGELOG).
      version = ">= 6.21"
    }
  }
}
