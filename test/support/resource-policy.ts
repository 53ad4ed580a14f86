/** A resource policy with which another account may read a secret. */
export const READ_BY_ANOTHER_ACCOUNT = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::777788889999:root" },
      Action: "secretsmanager:GetSecretValue",
      Resource: "*",
    },
  ],
} as const;
